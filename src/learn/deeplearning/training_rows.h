// Where samples come from.
#pragma once

#include <cstdint>

#include "models/input_batch.h"

namespace thalweg {

// Thread rule: immutable; any number of threads read at the same time.
template <class T>
class TrainingRows {
 public:
  virtual ~TrainingRows() = default;

  virtual size_t rows() const = 0;
  virtual const InputShape& shape() const = 0;
  // Writes a row into place `at` of the batch.
  virtual void Gather(size_t row, InputBatch<T>& batch, size_t at) const = 0;
  // What the row should come out as: a class (classification), or a value (regression).
  virtual int32_t Class(size_t row) const = 0;
  virtual T Value(size_t row) const = 0;
  // How much a row counts, and what is added to its last score.
  virtual bool HasWeights() const { return false; }
  virtual bool HasOffsets() const { return false; }
  virtual T Weight(size_t /*row*/) const { return 1; }
  // What Weight is of a row whose weight was given as 1.
  virtual double WeightUnit() const { return 1; }
  virtual T Offset(size_t /*row*/) const { return 0; }
};

}  // namespace thalweg

// How likely two groups are to differ so much by chance: Fisher's exact test (Fisher 1922), and the
// G-test for counts that are large (Wilks 1938).
#pragma once

#include <cstdint>

namespace thalweg::internal {

// The two-sided p-value of a table of two rows and two columns, with its sums taken as given: the
// chance of all tables that are not more likely than this one. 1 where a row or column is empty.
double FisherTest(int64_t a, int64_t b, int64_t c, int64_t d);
// The p-value of the ratio of likelihoods, which is as chi-square of one degree of freedom where no
// count is small. All counts are above 0.
double LikelihoodRatioTest(int64_t a, int64_t b, int64_t c, int64_t d);

}  // namespace thalweg::internal

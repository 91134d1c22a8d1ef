#include "server/schemas/lenient_json.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace thalweg {
namespace {

constexpr int kDepth = 32;

class Reader {
 public:
  Reader(std::string_view text, std::string_view what) : text_(text), what_(what) {}

  Json Read() {
    Json value = Value(0);
    SkipBlanks();
    if (at_ < text_.size()) Fail("there is more after its end");
    return value;
  }

 private:
  [[noreturn]] void Fail(const std::string& why) const {
    throw UserError(fmt::format("{}: at character {}: {}", what_, at_ + 1, why));
  }

  void SkipBlanks() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  char Peek() {
    SkipBlanks();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  Json Value(int depth) {
    if (depth > kDepth) Fail("it is nested too deeply");
    switch (Peek()) {
      case '{':
        return Object(depth);
      case '[':
        return Array(depth);
      case '"':
      case '\'':
        return Json(Quoted());
      case '\0':
        Fail("it ends too early");
      default:
        return Word();
    }
  }

  Json Object(int depth) {
    ++at_;
    JsonObject object;
    if (Peek() == '}') return ++at_, object;
    for (;;) {
      const char c = Peek();
      const std::string key = c == '"' || c == '\'' ? Quoted() : Bare();
      if (Peek() != ':') Fail("a ':' is missing");
      ++at_;
      object[key] = Value(depth + 1);
      const char next = Peek();
      ++at_;
      if (next == '}') return object;
      if (next != ',') Fail("a ',' or '}' is missing");
    }
  }

  Json Array(int depth) {
    ++at_;
    JsonArray array;
    if (Peek() == ']') return ++at_, array;
    for (;;) {
      array.push_back(Value(depth + 1));
      const char next = Peek();
      ++at_;
      if (next == ']') return array;
      if (next != ',') Fail("a ',' or ']' is missing");
    }
  }

  std::string Quoted() {
    const char quote = text_[at_++];
    std::string text;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const char c = text_[++at_];
        text += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      } else {
        text += text_[at_];
      }
      ++at_;
    }
    if (at_ == text_.size()) Fail("a quote does not end");
    ++at_;
    return text;
  }

  std::string Bare() {
    const size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view(",:{}[]\"'").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    const std::string word(Trim(text_.substr(begin, at_ - begin)));
    if (word.empty()) Fail("a value is missing");
    return word;
  }

  Json Word() {
    const std::string word = Bare();
    if (EqualsIgnoreCase(word, "true")) return true;
    if (EqualsIgnoreCase(word, "false")) return false;
    if (EqualsIgnoreCase(word, "null") || word == "None") return nullptr;
    if (const auto integer = ParseInt(word)) return *integer;
    const bool number = word.find_first_of("0123456789") != std::string::npos &&
                        word.find_first_not_of("0123456789+-.eE") == std::string::npos;
    if (number) {
      const std::optional<double> real = ParseReal(word);
      if (real && std::isfinite(*real)) return *real;
    }
    return Json(word);
  }

  std::string_view text_;
  std::string_view what_;
  size_t at_ = 0;
};

}  // namespace

Json ParseLenientJson(std::string_view text, std::string_view what) {
  return Reader(text, what).Read();
}

}  // namespace thalweg

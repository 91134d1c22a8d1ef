#include "rapids/parser.h"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace thalweg::internal {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool EndsToken(char c) {
  switch (c) {
    case '(':
    case ')':
    case '{':
    case '}':
    case '[':
    case ']':
    case '\\':
    case '\'':
    case '"':
      return true;
    default:
      return IsBlank(c);
  }
}

// A number as Java's clients and Python's write it; NaN in any case.
std::optional<double> TokenNumber(std::string_view token) {
  if (EqualsIgnoreCase(token, "nan")) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = !token.empty() && token.front() == '-';
  std::string_view digits = token;
  if (!digits.empty() && (digits.front() == '-' || digits.front() == '+')) digits.remove_prefix(1);
  if (digits == "Infinity") {
    return negative ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::infinity();
  }
  // "inf" and such are names; so is "-".
  if (digits.empty() || !((digits.front() >= '0' && digits.front() <= '9') ||
                          (digits.front() == '.' && digits.size() > 1))) {
    return std::nullopt;
  }
  if (token.front() == '+') token.remove_prefix(1);
  return ParseReal(token);
}

void AppendUtf8(uint32_t code, std::string& out) {
  const auto byte = [&](uint32_t value) { out.push_back(static_cast<char>(value)); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xc0 | code >> 6);
    byte(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    byte(0xe0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  } else {
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3f));
    byte(0x80 | (code >> 6 & 0x3f));
    byte(0x80 | (code & 0x3f));
  }
}

class Parser {
 public:
  Parser(std::string_view text, const ParserLimits& limits) : text_(text), limits_(limits) {}

  AstPtr Whole() {
    if (text_.size() > limits_.text) {
      throw UserError("the expression is longer than " +
                      HumanBytes(static_cast<double>(limits_.text)));
    }
    AstPtr node = Expression(0);
    Skip();
    if (at_ < text_.size()) Fail("something follows the end of the expression");
    return node;
  }

 private:
  [[noreturn]] void Fail(const std::string& what) const {
    const size_t begin = at_ > 20 ? at_ - 20 : 0;
    throw UserError("Rapids expression, position " + std::to_string(at_) + " (near '" +
                    Printable(ToValidUtf8(text_.substr(begin, 40)), 80) + "'): " + what);
  }
  void Skip() {
    while (at_ < text_.size() && IsBlank(text_[at_])) ++at_;
  }
  // The next character after blanks; 0 at the end.
  char Peek() {
    Skip();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  AstPtr Expression(size_t depth) {
    if (depth > limits_.nesting) {
      Fail("expressions are nested deeper than " + std::to_string(limits_.nesting));
    }
    switch (Peek()) {
      case '\0':
        Fail("an expression is expected, but the text ends");
      case '(':
        return Call(depth);
      case '{':
        return Lambda(depth);
      case '[':
        return List();
      case '\'':
      case '"': {
        auto node = std::make_shared<AstNode>();
        node->kind = AstKind::kString;
        node->text = String();
        return node;
      }
      case ')':
      case ']':
      case '}':
        Fail("a closing bracket without its opening one");
      default:
        return TokenNode();
    }
  }

  AstPtr Call(size_t depth) {
    ++at_;
    auto node = std::make_shared<AstNode>();
    node->kind = AstKind::kCall;
    while (Peek() != ')') {
      if (at_ >= text_.size()) Fail("a ')' is missing");
      node->children.push_back(Expression(depth + 1));
    }
    ++at_;
    if (node->children.empty()) Fail("a call names a function");
    if (text_.substr(at_).starts_with("->")) {
      at_ += 2;
      return Temporary(std::move(node));
    }
    return node;
  }

  AstPtr Temporary(AstPtr value) {
    const auto name = [](std::string text) {
      auto node = std::make_shared<AstNode>();
      node->kind = AstKind::kIdentifier;
      node->text = std::move(text);
      return node;
    };
    auto node = std::make_shared<AstNode>();
    node->kind = AstKind::kCall;
    node->children = {name("tmp="), name(std::string(Token())), std::move(value)};
    return node;
  }

  AstPtr Lambda(size_t depth) {
    ++at_;
    auto node = std::make_shared<AstNode>();
    node->kind = AstKind::kLambda;
    for (std::string_view token = Token(); token != "."; token = Token()) {
      if (TokenNumber(token)) Fail("a number cannot name an argument");
      node->parameters.emplace_back(token);
    }
    node->children.push_back(Expression(depth + 1));
    if (Peek() != '}') Fail("a '}' is missing: a function has one expression");
    ++at_;
    return node;
  }

  std::string_view Token() {
    Skip();
    const size_t begin = at_;
    while (at_ < text_.size() && !EndsToken(text_[at_])) ++at_;
    if (at_ == begin) Fail("a name is expected");
    return text_.substr(begin, at_ - begin);
  }

  AstPtr TokenNode() {
    const std::string_view token = Token();
    auto node = std::make_shared<AstNode>();
    if (const auto number = TokenNumber(token)) {
      node->kind = AstKind::kNumber;
      node->number = *number;
    } else {
      node->kind = AstKind::kIdentifier;
      node->text = token;
    }
    return node;
  }

  void CountEntry() {
    if (++entries_ > limits_.list) {
      Fail("lists have more than " + WithThousands(static_cast<int64_t>(limits_.list)) +
           " entries");
    }
  }

  AstPtr List() {
    ++at_;
    auto node = std::make_shared<AstNode>();
    for (;;) {
      char next = Peek();
      if (next == ',') {
        ++at_;
        continue;
      }
      if (next == '\0') Fail("a ']' is missing");
      if (next == ']') break;
      const bool string = next == '\'' || next == '"';
      const AstKind kind = string ? AstKind::kStrings : AstKind::kNumbers;
      if (node->kind == AstKind::kEmptyList) node->kind = kind;
      if (node->kind != kind) Fail("a list holds numbers or strings, not both");
      CountEntry();
      if (string) {
        node->strings.push_back(String());
      } else {
        node->numbers.Add(Range());
      }
    }
    ++at_;
    return node;
  }

  double ListNumber() {
    Skip();
    const size_t begin = at_;
    while (at_ < text_.size() && !EndsToken(text_[at_]) && text_[at_] != ':' && text_[at_] != ',') {
      ++at_;
    }
    const std::string_view token = text_.substr(begin, at_ - begin);
    if (const auto number = TokenNumber(token)) return *number;
    for (const std::string_view name : {"True", "TRUE", "true"}) {
      if (token == name) return 1;
    }
    for (const std::string_view name : {"False", "FALSE", "false"}) {
      if (token == name) return 0;
    }
    if (token == "NA" || token == "None" || token == "null") {
      return std::numeric_limits<double>::quiet_NaN();
    }
    Fail("a number is expected in the list");
  }

  NumberRange Range() {
    NumberRange range;
    range.base = ListNumber();
    if (Peek() != ':') return range;
    ++at_;
    range.count = ListNumber();
    if (std::isnan(range.count)) range.count = std::numeric_limits<double>::infinity();
    if (std::isnan(range.base)) Fail("a range starts at a number");
    if (range.count < 1 || (std::isfinite(range.count) && range.count != std::floor(range.count))) {
      Fail("the count of a range is a whole number of at least 1");
    }
    if (Peek() == ':') {
      ++at_;
      range.stride = ListNumber();
      if (!(range.stride > 0)) Fail("the stride of a range is above 0");
    }
    return range;
  }

  uint32_t Hex(size_t digits) {
    uint32_t code = 0;
    for (size_t i = 0; i < digits; ++i, ++at_) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      uint32_t digit = 16;
      if (c >= '0' && c <= '9') digit = static_cast<uint32_t>(c - '0');
      if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        digit = static_cast<uint32_t>((c | 0x20) - 'a') + 10;
      if (digit > 15) Fail(std::to_string(digits) + " hexadecimal digits are expected");
      code = code << 4 | digit;
    }
    return code;
  }

  void Escape(std::string& out) {
    const char c = at_ < text_.size() ? text_[at_] : '\0';
    ++at_;
    size_t digits = 0;
    switch (c) {
      case 'n':
        out.push_back('\n');
        return;
      case 't':
        out.push_back('\t');
        return;
      case 'r':
        out.push_back('\r');
        return;
      case 'f':
        out.push_back('\f');
        return;
      case 'b':
        out.push_back('\b');
        return;
      case '\'':
      case '"':
      case '\\':
        out.push_back(c);
        return;
      case 'x':
        digits = 2;
        break;
      case 'u':
        digits = 4;
        break;
      case 'U':
        digits = 8;
        break;
      default:
        --at_;
        Fail("an unknown escape sequence in a string");
    }
    uint32_t code = Hex(digits);
    // Two halves of a character beyond the first plane.
    if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      const uint32_t low = Hex(4);
      if (low < 0xdc00 || low > 0xdfff) Fail("half of a character");
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) Fail("not a Unicode character");
    AppendUtf8(code, out);
  }

  std::string String() {
    const char quote = text_[at_++];
    std::string out;
    for (;;) {
      const size_t end = text_.find_first_of(quote == '"' ? "\"\\" : "'\\", at_);
      if (end == std::string_view::npos) {
        at_ = text_.size();
        Fail("a string does not end");
      }
      out += text_.substr(at_, end - at_);
      at_ = end + 1;
      if (text_[end] == quote) return out;
      Escape(out);
    }
  }

  const std::string_view text_;
  const ParserLimits& limits_;
  size_t at_ = 0;
  size_t entries_ = 0;
};

void AppendText(const AstNode& node, std::string& out);

void AppendNumber(double number, std::string& out) {
  if (std::isnan(number)) {
    out += "NaN";
  } else if (number == std::floor(number) && std::abs(number) < 1e7) {
    out += std::to_string(static_cast<int64_t>(number)) + ".0";
  } else {
    // Seventeen digits read back as the same number.
    char buffer[32];
    const int length = std::snprintf(buffer, sizeof buffer, "%.17g", number);
    out.append(buffer, static_cast<size_t>(length));
  }
}

void AppendText(const AstNode& node, std::string& out) {
  switch (node.kind) {
    case AstKind::kNumber:
      AppendNumber(node.number, out);
      break;
    case AstKind::kString:
      out += "'" + node.text + "'";
      break;
    case AstKind::kIdentifier:
      out += node.text;
      break;
    case AstKind::kEmptyList:
      out += "[]";
      break;
    case AstKind::kNumbers:
      out += '[';
      for (const NumberRange& range : node.numbers.ranges()) {
        if (out.back() != '[') out += ' ';
        AppendNumber(range.base, out);
        if (range.count != 1) {
          out += ':';
          AppendNumber(range.count, out);
        }
        if (range.stride != 1) {
          out += ':';
          AppendNumber(range.stride, out);
        }
      }
      out += ']';
      break;
    case AstKind::kStrings:
      out += '[';
      for (const std::string& text : node.strings) {
        if (out.back() != '[') out += ' ';
        out += "'" + text + "'";
      }
      out += ']';
      break;
    case AstKind::kCall:
      out += '(';
      for (const AstPtr& child : node.children) {
        AppendText(*child, out);
        out += ' ';
      }
      out += ')';
      break;
    case AstKind::kLambda:
      out += "{ ";
      for (const std::string& name : node.parameters) out += name + " ";
      out += ". ";
      AppendText(*node.children.front(), out);
      out += '}';
      break;
  }
}

}  // namespace

AstPtr ParseRapids(std::string_view text, const ParserLimits& limits) {
  return Parser(text, limits).Whole();
}

std::string AstText(const AstNode& node) {
  std::string out;
  AppendText(node, out);
  return out;
}

}  // namespace thalweg::internal

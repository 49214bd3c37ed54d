#pragma once

// Inside core/metering only.

namespace breakeven::core {

/// Steps over JSON text, knowing strings from structure.
struct JsonScan {
    int depth = 0;
    bool isInString = false;
    bool isEscaped = false;
    void step(char c) {
        if (isInString) {
            if (isEscaped) {
                isEscaped = false;
            } else if (c == '\\') {
                isEscaped = true;
            } else if (c == '"') {
                isInString = false;
            }
        } else if (c == '"') {
            isInString = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
};

inline bool isJsonSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace breakeven::core

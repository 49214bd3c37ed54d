#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace breakeven::tests {

/// The part of JSON Schema draft 7 that scenarios/scenario.schema.json uses. A keyword that is not known here
/// throws, so the schema can't say something that no test looks at.
class JsonSchema {
  public:
    using Json = nlohmann::json;

    /// A value of the document and the closed object schema (`additionalProperties: false`) that it fits.
    struct Visit {
        std::string path;  ///< "plan.1.charge.2", items from 1; empty: the root
        const Json* schema;
    };

    explicit JsonSchema(Json root) : root_(std::move(root)) {}
    [[nodiscard]] const Json& root() const { return root_; }

    /// True when `document` fits. @param visits  receives every table that a closed object schema describes
    [[nodiscard]] bool fits(const Json& document, std::vector<Visit>* visits = nullptr) const {
        std::vector<Visit> found;
        const bool isFit = fits(root_, document, "", found);
        if (visits != nullptr) *visits = std::move(found);
        return isFit;
    }

    /// All closed object schemas, used or not.
    [[nodiscard]] std::vector<const Json*> closedObjects() const {
        std::vector<const Json*> found;
        collect(root_, found);
        return found;
    }

    /// The words that `enum` and `const` allow at a place of a document, in any of its variants.
    [[nodiscard]] std::set<std::string> wordsAt(const std::vector<std::string>& path) const {
        std::vector<const Json*> here = variants(root_);
        for (const std::string& part : path) {
            std::vector<const Json*> below;
            for (const Json* schema : here) {
                const Json* next = nullptr;
                if (schema->contains("properties") && schema->at("properties").contains(part)) {
                    next = &schema->at("properties").at(part);
                } else if (schema->contains("items")) {
                    next = &schema->at("items");
                } else if (schema->contains("additionalProperties") &&
                           schema->at("additionalProperties").is_object()) {
                    next = &schema->at("additionalProperties");
                }
                if (next == nullptr) continue;
                for (const Json* variant : variants(*next)) below.push_back(variant);
            }
            here = std::move(below);
        }
        std::set<std::string> words;
        for (const Json* schema : here) {
            if (schema->contains("const")) words.insert(schema->at("const").get<std::string>());
            if (!schema->contains("enum")) continue;
            for (const Json& word : schema->at("enum")) words.insert(word.get<std::string>());
        }
        return words;
    }

  private:
    const Json& resolved(const Json& schema) const {
        if (!schema.contains("$ref")) return schema;
        return root_.at(Json::json_pointer(schema.at("$ref").get<std::string>().substr(1)));
    }

    /// A schema and all that it is put together from.
    std::vector<const Json*> variants(const Json& unresolved) const {
        const Json& schema = resolved(unresolved);
        std::vector<const Json*> found{&schema};
        for (const char* keyword : {"allOf", "anyOf", "oneOf"}) {
            if (!schema.contains(keyword)) continue;
            for (const Json& part : schema.at(keyword)) {
                for (const Json* variant : variants(part)) found.push_back(variant);
            }
        }
        return found;
    }

    static void collect(const Json& schema, std::vector<const Json*>& found) {
        if (schema.is_object() && schema.value("additionalProperties", Json()) == Json(false))
            found.push_back(&schema);
        if (!schema.is_structured()) return;
        for (const Json& item : schema) collect(item, found);
    }

    static bool isOfType(const Json& value, const std::string& type) {
        if (type == "object") return value.is_object();
        if (type == "array") return value.is_array();
        if (type == "string") return value.is_string();
        if (type == "integer") return value.is_number_integer();
        if (type == "number") return value.is_number();
        if (type == "boolean") return value.is_boolean();
        throw std::runtime_error("the test's validator doesn't know the type " + type);
    }

    std::size_t fitting(const Json& schemas, const Json& value, const std::string& path,
                        std::vector<Visit>& visits) const {
        std::size_t count = 0;
        for (const Json& schema : schemas) count += fits(schema, value, path, visits) ? 1U : 0U;
        return count;
    }

    bool fits(const Json& unresolved, const Json& value, const std::string& path,
              std::vector<Visit>& visits) const {
        const Json& schema = resolved(unresolved);
        std::vector<Visit> found;
        for (const auto& [keyword, wanted] : schema.items()) {
            if (!meets(schema, keyword, wanted, value, path, found)) return false;
        }
        if (value.is_object() && schema.value("additionalProperties", Json()) == Json(false))
            found.push_back({path, &schema});
        visits.insert(visits.end(), found.begin(), found.end());
        return true;
    }

    bool meets(const Json& schema, const std::string& keyword, const Json& wanted, const Json& value,
               const std::string& path, std::vector<Visit>& visits) const {
        static const std::set<std::string> kNotes{"$schema", "title",  "description",
                                                  "default", "format", "definitions"};
        if (kNotes.contains(keyword)) return true;
        if (keyword == "type") return isOfType(value, wanted.get<std::string>());
        if (keyword == "const") return value == wanted;
        if (keyword == "enum") return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
        if (keyword == "allOf") return fitting(wanted, value, path, visits) == wanted.size();
        if (keyword == "anyOf") return fitting(wanted, value, path, visits) >= 1;
        if (keyword == "oneOf") return fitting(wanted, value, path, visits) == 1;
        if (keyword == "not") return !fits(wanted, value, path, visits);
        if (keyword == "minimum") return !value.is_number() || value.get<double>() >= wanted.get<double>();
        if (keyword == "maximum") return !value.is_number() || value.get<double>() <= wanted.get<double>();
        if (keyword == "exclusiveMinimum")
            return !value.is_number() || value.get<double>() > wanted.get<double>();
        if (keyword == "minLength")
            return !value.is_string() || value.get<std::string>().size() >= wanted.get<std::size_t>();
        if (keyword == "pattern")
            return !value.is_string() ||
                   std::regex_search(value.get<std::string>(), std::regex(wanted.get<std::string>()));
        if (keyword == "minItems") return !value.is_array() || value.size() >= wanted.get<std::size_t>();
        if (keyword == "maxItems") return !value.is_array() || value.size() <= wanted.get<std::size_t>();
        if (keyword == "minProperties")
            return !value.is_object() || value.size() >= wanted.get<std::size_t>();
        if (keyword == "required") {
            const auto isThere = [&](const Json& key) { return value.contains(key.get<std::string>()); };
            return !value.is_object() || std::all_of(wanted.begin(), wanted.end(), isThere);
        }
        if (keyword == "items") {
            if (!value.is_array()) return true;
            for (std::size_t i = 0; i < value.size(); ++i) {
                if (!fits(wanted, value[i], path + "." + std::to_string(i + 1), visits)) return false;
            }
            return true;
        }
        if (keyword == "properties" || keyword == "additionalProperties") {
            if (!value.is_object()) return true;
            const Json properties = schema.value("properties", Json::object());
            for (const auto& [key, item] : value.items()) {
                const std::string place = path.empty() ? key : path + "." + key;
                const bool isNamed = properties.contains(key);
                // Looked up in the schema itself, not in the copy: visits keep pointers into it.
                if (keyword == "properties" && isNamed && !fits(wanted.at(key), item, place, visits))
                    return false;
                if (keyword == "properties" || isNamed) continue;
                if (wanted.is_boolean() ? !wanted.get<bool>() : !fits(wanted, item, place, visits))
                    return false;
            }
            return true;
        }
        throw std::runtime_error("the test's validator doesn't know the keyword " + keyword);
    }

    Json root_;
};

}  // namespace breakeven::tests

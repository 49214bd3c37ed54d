// Holds the write lock of a store until standard input ends, as another program that is writing would.
// Usage: hold_store STORE; prints "held" once the lock is taken.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    try {
        SQLite::Database database(argv[1], SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        const SQLite::Transaction lock(database, SQLite::TransactionBehavior::EXCLUSIVE);
        std::puts("held");
        std::fflush(stdout);
        while (std::getchar() != EOF) {
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "hold_store: %s\n", error.what());
        return 1;
    }
    return 0;
}

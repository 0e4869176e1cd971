// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"

#include <utility>
#include <variant>

namespace iwd {

/// A value or the Error that kept it from being made. For what can go wrong in operation; our own bugs are asserts.
template <typename T>
class [[nodiscard]] Result
{
public:
    using Value = T;

    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    [[nodiscard]] bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    [[nodiscard]] const T &value() const & { return get(); }
    [[nodiscard]] T &value() & { return get(); }
    [[nodiscard]] T value() && { return std::move(get()); }
    const T &operator*() const & { return get(); }
    T &operator*() & { return get(); }
    T operator*() && { return std::move(get()); }
    const T *operator->() const { return &get(); }
    T *operator->() { return &get(); }

    [[nodiscard]] const Error &error() const
    {
        Q_ASSERT(!ok());
        return std::get<1>(m_state);
    }

private:
    const T &get() const
    {
        Q_ASSERT(ok());
        return std::get<0>(m_state);
    }
    T &get()
    {
        Q_ASSERT(ok());
        return std::get<0>(m_state);
    }

    std::variant<T, Error> m_state;
};

/// Success without a value, or the Error.
template <>
class [[nodiscard]] Result<void>
{
public:
    using Value = void;

    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
        , m_failed(true)
    {
    }

    [[nodiscard]] bool ok() const { return !m_failed; }
    explicit operator bool() const { return ok(); }
    [[nodiscard]] const Error &error() const
    {
        Q_ASSERT(m_failed);
        return m_error;
    }

private:
    Error m_error;
    bool m_failed = false;
};

} // namespace iwd

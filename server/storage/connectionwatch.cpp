// SPDX-License-Identifier: Apache-2.0
#include "connectionwatch.h"

#include <algorithm>

#include <sys/socket.h>

namespace iwd {

void ConnectionWatch::Place::connected(int socket)
{
    const std::lock_guard lock(m_mutex);
    m_socket = socket;
}

void ConnectionWatch::Place::closing()
{
    const std::lock_guard lock(m_mutex);
    m_socket = -1;
}

std::shared_ptr<ConnectionWatch::Place> ConnectionWatch::newPlace()
{
    auto place = std::make_shared<Place>();
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_places, [](const auto &known) { return known.expired(); });
    m_places.push_back(place);
    return place;
}

std::chrono::milliseconds ConnectionWatch::longestWait() const
{
    const std::lock_guard lock(m_mutex);
    const Clock::time_point now = Clock::now();
    Clock::duration longest { 0 };
    for (const auto &known : m_places) {
        const auto place = known.lock();
        const Clock::rep since = place ? place->m_since.load() : 0;
        if (since != 0)
            longest = std::max(longest, now - Clock::time_point(Clock::duration(since)));
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest);
}

void ConnectionWatch::cutAll()
{
    const std::lock_guard lock(m_mutex);
    for (const auto &known : m_places) {
        if (const auto place = known.lock()) {
            const std::lock_guard socket(place->m_mutex);
            if (place->m_socket >= 0)
                ::shutdown(place->m_socket, SHUT_RDWR);
        }
    }
}

} // namespace iwd

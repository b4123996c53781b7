package org.unmute.report.event;

import java.io.IOException;

/** All events of a page, in an order that breaks ties. */
@FunctionalInterface
public interface PageEvents {
    /** Takes one event after the other. */
    @FunctionalInterface
    interface Taker {
        void accept(PageEvent event) throws IOException;
    }

    /**
     * Gives each event once.
     *
     * @throws IOException if they cannot be read
     */
    void forEach(Taker taker) throws IOException;

    /** Events in memory. */
    static PageEvents of(Iterable<PageEvent> events) {
        return taker -> {
            for (PageEvent event : events) {
                taker.accept(event);
            }
        };
    }
}

package org.unmute.report.event;

import java.io.IOException;

/** All events of a page, in an order that breaks ties. */
@FunctionalInterface
public interface PageEvents {
    /** Receives the events one after the other. */
    @FunctionalInterface
    interface Taker {
        void accept(PageEvent event) throws IOException;
    }

    /**
     * Passes each event once.
     *
     * @throws IOException if the events cannot be read
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

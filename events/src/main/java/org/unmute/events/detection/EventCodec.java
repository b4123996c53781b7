package org.unmute.events.detection;

import java.nio.ByteBuffer;
import java.util.Comparator;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Event;

/** Encodes events as fixed-size records that keep all bits of their numbers. */
final class EventCodec {
    /** Bytes per event. */
    static final int BYTES = 2 * Integer.BYTES + 5 * Double.BYTES + 1;

    /** By onset, then offset, then class; all tables have this order. */
    static final Comparator<Event> ORDER = Comparator.comparingDouble(Event::onset)
            .thenComparingDouble(Event::offset)
            .thenComparingInt(Event::label);

    private EventCodec() {}

    static void write(Event event, ByteBuffer out) {
        out.putInt(event.label()).putDouble(event.onset()).putDouble(event.offset());
        out.putFloat(event.score()).putDouble(event.peak());
        Band band = event.band();
        out.putDouble(band.low()).putDouble(band.high()).put((byte) (band.full() ? 1 : 0));
    }

    static Event read(ByteBuffer in) {
        // Arguments are evaluated from left to right.
        return new Event(
                in.getInt(),
                in.getDouble(),
                in.getDouble(),
                in.getFloat(),
                in.getDouble(),
                new Band(in.getDouble(), in.getDouble(), in.get() != 0));
    }
}

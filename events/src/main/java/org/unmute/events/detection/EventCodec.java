package org.unmute.events.detection;

import java.nio.ByteBuffer;
import java.util.Comparator;
import org.unmute.probes.event.Band;
import org.unmute.probes.event.Detection;
import org.unmute.probes.event.LocatedEvent;

/** Events as records of equal length, with all bits of their numbers. */
final class EventCodec {
    /** Bytes of an event. */
    static final int BYTES = 2 * Integer.BYTES + 5 * Double.BYTES + 1;

    /** By onset, then offset, then class: the order of all tables. */
    static final Comparator<LocatedEvent> ORDER = Comparator.comparingDouble(
                    (LocatedEvent e) -> e.detection().onset())
            .thenComparingDouble(e -> e.detection().offset())
            .thenComparingInt(e -> e.detection().label());

    private EventCodec() {}

    static void write(LocatedEvent event, ByteBuffer out) {
        Detection d = event.detection();
        out.putInt(d.label()).putDouble(d.onset()).putDouble(d.offset());
        out.putFloat(d.score()).putDouble(d.peak());
        Band band = event.band();
        out.putDouble(band.low()).putDouble(band.high()).put((byte) (band.full() ? 1 : 0));
    }

    static LocatedEvent read(ByteBuffer in) {
        Detection d = new Detection(in.getInt(), in.getDouble(), in.getDouble(), in.getFloat(), in.getDouble());
        return new LocatedEvent(d, new Band(in.getDouble(), in.getDouble(), in.get() != 0));
    }
}

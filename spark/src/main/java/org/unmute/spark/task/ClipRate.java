package org.unmute.spark.task;

import java.util.Locale;
import org.apache.spark.util.AccumulatorV2;

/**
 * Clips a second: how many were done, from the start of the first task to the end of the last clip. In Spark's pages it
 * is a text.
 */
public final class ClipRate extends AccumulatorV2<Long, String> {
    private static final long serialVersionUID = 1L;

    private long clips;
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;

    /** Nothing done yet. */
    public ClipRate() {}

    /** Notes when a task begins, before its first clip. */
    void begin() {
        from = Math.min(from, System.currentTimeMillis());
    }

    @Override
    public void add(Long count) {
        long now = System.currentTimeMillis();
        from = Math.min(from, now);
        to = Math.max(to, now);
        clips += count;
    }

    @Override
    public void merge(AccumulatorV2<Long, String> other) {
        ClipRate more = (ClipRate) other;
        clips += more.clips;
        from = Math.min(from, more.from);
        to = Math.max(to, more.to);
    }

    /** Clips a second; 0 before the first. */
    public double perSecond() {
        return clips == 0 ? 0 : clips * 1000.0 / Math.max(1, to - from);
    }

    @Override
    public String value() {
        return String.format(Locale.ROOT, "%.2f", perSecond());
    }

    @Override
    public boolean isZero() {
        return clips == 0 && from == Long.MAX_VALUE;
    }

    @Override
    public ClipRate copy() {
        ClipRate copy = new ClipRate();
        copy.merge(this);
        return copy;
    }

    @Override
    public void reset() {
        clips = 0;
        from = Long.MAX_VALUE;
        to = Long.MIN_VALUE;
    }
}

package org.unmute.spark.task;

import java.util.Locale;
import org.apache.spark.util.AccumulatorV2;

/**
 * Clips per second, measured from the start of the first task to the end of the last clip. Shown as text in Spark's
 * pages.
 */
public final class ClipRate extends AccumulatorV2<Long, String> {
    private static final long serialVersionUID = 1L;

    private long clips;
    private long from = Long.MAX_VALUE;
    private long to = Long.MIN_VALUE;

    /** Creates a rate with no clips done. */
    public ClipRate() {}

    /** Records the beginning of a task, before its first clip. */
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

    /** Clips per second; 0 before the first clip. */
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

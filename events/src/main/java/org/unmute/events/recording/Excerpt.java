package org.unmute.events.recording;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;

/**
 * A part of a recording as a separate stream whose frame 0 is the part's first. To seek forward it reads on if the
 * source cannot seek exactly ({@link AudioStream#isSeekExact}), so that the samples are those that reading the whole
 * recording would give. Closing it leaves the source open.
 */
public final class Excerpt implements AudioStream {
    private static final int PASSED = 1 << 14;

    private final AudioStream source;
    private final long first;
    private final long end;
    private float[] passed;

    private Excerpt(AudioStream source, long first, long end) {
        this.source = source;
        this.first = first;
        this.end = end;
    }

    /**
     * The part between two times, cut at the nearest frames. The end is limited to that of the recording.
     *
     * @param start in seconds, from 0
     * @param end   in seconds, above {@code start}; may be infinite
     * @throws UnreadableAudioException if the recording ends before the part begins
     * @throws IOException              if the source cannot seek to the start of the part, or fails
     */
    public static Excerpt of(AudioStream source, double start, double end) throws IOException {
        long first = Math.round(start * source.sampleRate());
        Excerpt part = new Excerpt(
                source,
                first,
                end == Double.POSITIVE_INFINITY ? Long.MAX_VALUE : Math.round(end * source.sampleRate()));
        if (source.position() != first) {
            source.seek(first);
        }
        if (source.position() < first) {
            throw new UnreadableAudioException(
                    source.name(),
                    "the part begins at " + start + " s, but the recording ends at "
                            + (double) source.position() / source.sampleRate() + " s");
        }
        return part;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int sampleRate() {
        return source.sampleRate();
    }

    @Override
    public int channels() {
        return source.channels();
    }

    @Override
    public OptionalLong frames() {
        OptionalLong all = source.frames();
        return all.isEmpty() ? all : OptionalLong.of(Math.max(0, Math.min(end, all.getAsLong()) - first));
    }

    @Override
    public long position() {
        return source.position() - first;
    }

    @Override
    public int read(float[] samples, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, samples.length);
        long left = end - source.position();
        return left <= 0 ? -1 : source.read(samples, from, (int) Math.min(count, left));
    }

    @Override
    public void seek(long frame) throws IOException {
        if (frame < 0) {
            throw new IllegalArgumentException(name() + ": seek to frame " + frame);
        }
        long target = Math.min(end, Math.addExact(frame, first));
        if (target <= source.position() || source.isSeekExact()) {
            source.seek(target);
            return;
        }
        passed = passed == null ? new float[PASSED] : passed;
        for (long left; (left = target - source.position()) > 0; ) {
            if (source.read(passed, 0, (int) Math.min(left, PASSED)) < 0) {
                return;
            }
        }
    }

    @Override
    public List<String> warnings() {
        return source.warnings();
    }

    @Override
    public void close() {}
}

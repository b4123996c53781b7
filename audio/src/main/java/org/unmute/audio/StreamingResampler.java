package org.unmute.audio;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.unmute.audio.playback.Speed;

/**
 * Resamples a stream to another rate, or played at another speed, with the same bits as {@link Resampler#apply} on the
 * whole recording. Holds only the inputs that the filter covers and {@value #CHUNK} more.
 */
public final class StreamingResampler implements AudioStream {
    private static final int CHUNK = 1 << 13;

    /** The samples of a stream as they are, under another rate. */
    private record Renamed(AudioStream source, int sampleRate) implements AudioStream {
        @Override
        public String name() {
            return source.name();
        }

        @Override
        public int channels() {
            return source.channels();
        }

        @Override
        public OptionalLong frames() {
            return source.frames();
        }

        @Override
        public long position() {
            return source.position();
        }

        @Override
        public int read(float[] samples, int from, int count) throws IOException {
            return source.read(samples, from, count);
        }

        @Override
        public void seek(long frame) throws IOException {
            source.seek(frame);
        }

        @Override
        public boolean isSeekExact() {
            return source.isSeekExact();
        }

        @Override
        public List<String> warnings() {
            return source.warnings();
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }

    private final AudioStream source;
    private final Resampler resampler;
    private final int rate;
    private final float[] inputs;
    /** Number of the first input in {@link #inputs}. */
    private long start;

    private int length;
    /** Whether the source has no inputs after those in {@link #inputs}. */
    private boolean ended;

    private long position;

    private StreamingResampler(AudioStream source, Speed speed, int rate, Resampler.Kernel kernel) throws IOException {
        this.source = source;
        this.rate = rate;
        resampler = new Resampler(source.sampleRate(), speed, rate, kernel);
        inputs = new float[resampler.taps() + CHUNK];
        if (source.position() != 0) {
            source.seek(0);
        }
    }

    /**
     * Resamples a stream from its beginning. Returns the stream itself, at its current position, if it already has that
     * rate.
     *
     * @param source closed with the returned stream
     * @param rate in Hz
     * @throws UnreadableAudioException if {@link Resampler} does not support this pair of rates
     * @throws IOException if the source has already been read from and cannot seek back
     */
    public static AudioStream of(AudioStream source, int rate, Resampler.Kernel kernel) throws IOException {
        return of(source, Speed.NORMAL, rate, kernel);
    }

    /**
     * Resamples a stream from its beginning, played at another speed: its rate is read as that rate times the speed. If
     * that is the rate wanted, the stream goes on at its current position.
     *
     * @param source closed with the returned stream
     * @param rate in Hz, of the returned stream
     * @throws UnreadableAudioException if {@link Resampler} does not support this pair of rates
     * @throws IOException if the source has already been read from and cannot seek back
     */
    public static AudioStream of(AudioStream source, Speed speed, int rate, Resampler.Kernel kernel)
            throws IOException {
        if (source.sampleRate() == rate && speed.isNormal()) {
            return source;
        }
        String problem = Resampler.problem(source.sampleRate(), speed, rate);
        if (problem != null) {
            throw new UnreadableAudioException(source.name(), problem);
        }
        boolean same = (long) source.sampleRate() * speed.numerator() == (long) rate * speed.denominator();
        return same ? new Renamed(source, rate) : new StreamingResampler(source, speed, rate, kernel);
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int sampleRate() {
        return rate;
    }

    @Override
    public int channels() {
        return source.channels();
    }

    @Override
    public OptionalLong frames() {
        OptionalLong frames = source.frames();
        return frames.isEmpty() ? frames : OptionalLong.of(resampler.outputLength(frames.getAsLong()));
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public List<String> warnings() {
        return source.warnings();
    }

    @Override
    public int read(float[] samples, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, samples.length);
        while (available() <= 0) {
            if (ended) {
                position = Math.min(position, resampler.outputLength(start + length));
                return -1;
            }
            fill();
        }
        int n = (int) Math.min(count, available());
        resampler.apply(inputs, start, length, samples, from, n, position);
        position += n;
        return n;
    }

    /** Number of outputs after the position that can be computed from the buffered inputs. */
    private long available() {
        long inputsSoFar = start + length;
        return (ended ? resampler.outputLength(inputsSoFar) : resampler.outputsOf(inputsSoFar)) - position;
    }

    /** Discards inputs that later outputs do not need, and reads more. */
    private void fill() throws IOException {
        int used = Math.clamp(resampler.firstInput(position) - start, 0, length);
        System.arraycopy(inputs, used, inputs, 0, length - used);
        start += used;
        length -= used;
        int got = source.read(inputs, length, inputs.length - length);
        if (got < 0) {
            ended = true;
        } else {
            length += got;
        }
    }

    @Override
    public void seek(long frame) throws IOException {
        if (frame < 0) {
            throw new IllegalArgumentException(name() + ": seek to frame " + frame);
        }
        to(Math.min(frame, frames().orElse(Long.MAX_VALUE / Resampler.MAX_RATIO / 2)));
        if (source.frames().isEmpty()) {
            while (!ended && available() <= 0) {
                fill();
            }
            long end = resampler.outputLength(start + length);
            if (ended && end < position) {
                to(end);
            }
        }
    }

    private void to(long target) throws IOException {
        long first = Math.max(0, resampler.firstInput(target));
        if (first < start || first > start + length) {
            source.seek(first);
            start = source.position();
            length = 0;
            ended = false;
        }
        position = target;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}

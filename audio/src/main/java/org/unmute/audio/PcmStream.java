package org.unmute.audio;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.playback.Mixdown;

/** Uncompressed samples, read through a buffer of 64 KiB. */
final class PcmStream implements AudioStream {
    private static final int BUFFER = 1 << 16;
    /** Maximum number of padding bytes after a chunk. */
    private static final int PADDING = 7;

    private final AudioSource source;
    private final PcmLayout layout;
    private final int frameBytes;
    private final byte[] buffer;
    private final Mixdown mixdown;
    private final double[] sum;
    /** Samples of one channel, where several are measured; else empty. */
    private final double[] one;

    private final List<String> warnings;
    /** Number of frames as far as it is known; -1 if unknown. */
    private long frames;

    private long position;
    private boolean ended;
    private boolean beyondChecked;
    private @Nullable UnreadableAudioException damage;

    /**
     * @param source positioned at {@code layout.start()}
     * @param channel from 1, or {@link Mixdown#MEAN}
     * @throws UnreadableAudioException if there is no such channel
     */
    PcmStream(AudioSource source, PcmLayout layout, int channel) throws UnreadableAudioException {
        this.source = source;
        this.layout = layout;
        mixdown = Mixdown.of(
                channel,
                layout.channels(),
                layout.sampleRate(),
                reason -> new UnreadableAudioException(source.name(), reason));
        frameBytes = layout.frameBytes();
        sum = new double[BUFFER / frameBytes];
        one = new double[mixdown.isMeasured() ? sum.length : 0];
        buffer = new byte[sum.length * frameBytes];
        frames = layout.bytes() < 0 ? -1 : layout.bytes() / frameBytes;
        warnings = new ArrayList<>(layout.warnings());
        if (layout.bytes() > 0 && layout.bytes() % frameBytes != 0) {
            warnRest(layout.bytes() % frameBytes);
        }
    }

    private void warnRest(long bytes) {
        warnings.add("the last " + bytes + " bytes are not a whole frame of " + frameBytes + " bytes and are left out");
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int sampleRate() {
        return layout.sampleRate();
    }

    @Override
    public int channels() {
        return layout.channels();
    }

    @Override
    public OptionalLong frames() {
        return frames < 0 ? OptionalLong.empty() : OptionalLong.of(frames);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public boolean isSeekExact() {
        return true;
    }

    @Override
    public List<String> warnings() {
        return mixdown.and(warnings);
    }

    @Override
    public int read(float[] samples, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, samples.length);
        if (damage != null) {
            throw damage;
        }
        int wanted = Math.min(count, sum.length);
        if (frames >= 0) {
            wanted = (int) Math.min(wanted, frames - position);
        }
        if (ended || wanted == 0 && count > 0) {
            checkBeyond();
            return -1;
        }
        int got = source.read(buffer, 0, wanted * frameBytes);
        int n = got / frameBytes;
        if (n < wanted) {
            end(n, got % frameBytes);
        }
        int finite = mix(samples, from, n);
        if (finite < n) {
            damage = new UnreadableAudioException(
                    source.name(),
                    "sample " + (position + finite) + " is " + samples[from + finite]
                            + ": the file holds values that are not numbers or beyond float32");
            if (finite == 0) {
                throw damage;
            }
        }
        position += finite;
        return finite == 0 ? -1 : finite;
    }

    /**
     * Examines the bytes after the samples of a source of unknown size, whose length only the header states. Bytes that
     * are not a chunk may be more samples.
     */
    private void checkBeyond() throws IOException {
        if (beyondChecked || ended || source.size() >= 0) {
            return;
        }
        beyondChecked = true;
        byte[] next = source.peek(PADDING + 4);
        int at = 0;
        while (layout.chunks() && at < Math.min(PADDING, next.length) && next[at] == 0) {
            at++;
        }
        boolean known = next.length - at < 4 ? layout.chunks() || next.length == 0 : isKnown(next, at);
        if (!known) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the header states %.3f s, but more bytes follow, which are not read: store it in a file, of which"
                            + " all is read",
                    (double) frames / layout.sampleRate()));
        }
    }

    /** Whether a tag or a chunk begins at {@code at}. Names of chunks are printable. */
    private boolean isKnown(byte[] bytes, int at) {
        String id = Magic.letters(bytes, at);
        return id.startsWith("TAG") || layout.chunks() && id.matches("[ -~]{4}") && !id.isBlank();
    }

    /** Handles the end of a source that gave fewer bytes than wanted. */
    private void end(int n, int rest) {
        ended = true;
        long there = position + n;
        if (frames > there) {
            warnings.add(cutShort((double) frames / layout.sampleRate(), (double) there / layout.sampleRate()));
        }
        if (rest > 0) {
            warnRest(rest);
        }
        frames = there;
    }

    /** The warning about a file that ends early. Lengths are in seconds. */
    static String cutShort(double stated, double read) {
        return String.format(
                Locale.ROOT,
                "cut short: the header states %.3f s, the file ends after %.3f s, which are read",
                stated,
                read);
    }

    /** Mixes channels. Returns the number of samples before the first that is NaN or infinite. */
    private int mix(float[] out, int from, int n) {
        Arrays.fill(sum, 0, n, 0);
        if (mixdown.isMeasured()) {
            addMeasured(n);
        } else {
            add(mixdown.first(), sum, n);
        }
        float nonFinite = 0;
        for (int i = 0; i < n; i++) {
            out[from + i] = (float) (sum[i] / mixdown.count());
            nonFinite += out[from + i] * 0;
        }
        if (nonFinite == 0) {
            return n;
        }
        int i = 0;
        while (Float.isFinite(out[from + i])) {
            i++;
        }
        return i;
    }

    private void add(int channel, double[] into, int n) {
        int at = channel * layout.encoding().bytes();
        layout.encoding().add(buffer, at, frameBytes, layout.order(), into, n);
    }

    /** Adds up all channels, in their order, and measures how much of their energy the mean keeps. */
    private void addMeasured(int n) {
        double each = 0;
        for (int c = 0; c < layout.channels(); c++) {
            Arrays.fill(one, 0, n, 0);
            add(c, one, n);
            for (int i = 0; i < n; i++) {
                sum[i] += one[i];
                each += one[i] * one[i];
            }
        }
        double mixed = 0;
        for (int i = 0; i < n; i++) {
            mixed += sum[i] * sum[i];
        }
        mixdown.measured(position, n, mixed / layout.channels() / layout.channels(), each, 1);
    }

    @Override
    public void seek(long frame) throws IOException {
        if (frame < 0) {
            throw new IllegalArgumentException(source.name() + ": seek to frame " + frame);
        }
        long target = Math.min(frame, frames >= 0 ? frames : Long.MAX_VALUE / BUFFER);
        if (target == position && damage == null) {
            return;
        }
        long at = layout.start() + target * frameBytes;
        source.seek(at);
        if (source.position() < at) {
            long there = (source.position() - layout.start()) / frameBytes;
            position = there;
            end(0, (int) ((source.position() - layout.start()) % frameBytes));
            return;
        }
        damage = null;
        ended = false;
        position = target;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}

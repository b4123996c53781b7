package org.unmute.audio.flac;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;

/**
 * A FLAC file as a stream (RFC 9639). The checksums and numbers of the frames and the length of the file are verified
 * while it is read. The MD5 of all samples is verified at the end if the file was read from the start without a gap.
 * Damage and truncation are reported as errors at the affected frame, after all intact frames before it. Holds a buffer
 * of 64 KiB, at most 2.6 MB for one block of samples, and at most 65,536 seek points.
 */
public final class FlacStream implements AudioStream {
    /** A forward seek of at most this many samples decodes them, so that the MD5 can still be verified. */
    private static final int NEAR = 1 << 16;

    private final AudioSource source;
    private final FlacMetadata metadata;
    private final @Nullable StreamInfo info;
    private final BitReader in;
    private final FrameDecoder decoder;
    private final Mixdown mixdown;
    private final double scale;
    /** Null after a gap, or if the file states no MD5. */
    private @Nullable SampleHash hash;
    /** Header of the previous frame; null at the start and after a seek. */
    private @Nullable FrameHeader before;
    /** Number of the first sample of the decoded block. */
    private long blockStart;

    private int block;
    /** Number of samples of the block that have been read. */
    private int used;

    private boolean ended;
    private @Nullable UnreadableAudioException damage;

    private FlacStream(AudioSource source, int channel) throws IOException {
        this.source = source;
        metadata = FlacMetadata.read(source);
        info = metadata.info();
        mixdown = Mixdown.of(
                channel,
                info.channels(),
                info.sampleRate(),
                reason -> new UnreadableAudioException(source.name(), reason));
        in = new BitReader(source);
        decoder = new FrameDecoder(info);
        scale = 1.0 / (1L << info.bits() - 1);
        hash = newHash();
    }

    /**
     * Opens a file whose next bytes are {@code fLaC}.
     *
     * @param source closed with the stream; must be seekable only if {@link #seek} is used to move backwards
     * @throws UnreadableAudioException if the metadata before the frames is damaged
     * @throws IOException if the source fails
     */
    public static FlacStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    /**
     * Opens one channel of a file whose next bytes are {@code fLaC}.
     *
     * @param source as for {@link #open(AudioSource)}
     * @param channel from 1, or {@link Mixdown#MEAN} for the mean of all
     * @throws UnreadableAudioException if the metadata before the frames is damaged, or there is no such channel
     * @throws IOException if the source fails
     */
    public static FlacStream open(AudioSource source, int channel) throws IOException {
        return new FlacStream(source, channel);
    }

    private @Nullable SampleHash newHash() {
        return info.hasMd5() ? new SampleHash(info) : null;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int sampleRate() {
        return info.sampleRate();
    }

    @Override
    public int channels() {
        return info.channels();
    }

    /** Bits per sample, 4 to 32. */
    public int bits() {
        return info.bits();
    }

    @Override
    public OptionalLong frames() {
        return info.frames() == 0 ? OptionalLong.empty() : OptionalLong.of(info.frames());
    }

    @Override
    public long position() {
        return blockStart + used;
    }

    @Override
    public List<String> warnings() {
        return mixdown.and(List.of());
    }

    @Override
    public int read(float[] samples, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, samples.length);
        if (!available()) {
            return -1;
        }
        int n = Math.min(count, block - used);
        mix(samples, from, n);
        used += n;
        return n;
    }

    /**
     * Reads the next samples of each channel as the integers in the file.
     *
     * @param samples {@code [channels][at least from + count]}. Modified.
     * @return the number of samples read of each channel; -1 at the end
     */
    int read(int[][] samples, int from, int count) throws IOException {
        if (!available()) {
            return -1;
        }
        int n = Math.min(count, block - used);
        for (int c = 0; c < samples.length; c++) {
            System.arraycopy(decoder.samples()[c], used, samples[c], from, n);
        }
        used += n;
        return n;
    }

    /**
     * Averages the channels. Sums of integers and products with a power of two are exact, so only the division and the
     * conversion to float32 round.
     */
    private void mix(float[] out, int from, int n) {
        int[][] channels = decoder.samples();
        if (!mixdown.isMeasured()) {
            int[] mono = channels[mixdown.first()];
            for (int i = 0; i < n; i++) {
                out[from + i] = (float) (mono[used + i] * scale);
            }
        } else if (channels.length == 2) {
            int[] left = channels[0];
            int[] right = channels[1];
            double half = scale / 2;
            for (int i = 0; i < n; i++) {
                out[from + i] = (float) (((long) left[used + i] + right[used + i]) * half);
            }
        } else {
            for (int i = 0; i < n; i++) {
                long sum = 0;
                for (int[] channel : channels) {
                    sum += channel[used + i];
                }
                out[from + i] = (float) (sum * scale / channels.length);
            }
        }
    }

    /** Measures how much of the channels' energy the mean of a block keeps. */
    private void measure() {
        int[][] channels = decoder.samples();
        double mixed = 0;
        double each = 0;
        for (int i = 0; i < block; i++) {
            double sum = 0;
            for (int[] channel : channels) {
                double value = channel[i];
                sum += value;
                each += value * value;
            }
            mixed += sum * sum;
        }
        mixdown.measured(blockStart, block, mixed / channels.length / channels.length, each, 1 / scale);
    }

    /** Whether there is another sample. Decodes the next frame if needed. */
    private boolean available() throws IOException {
        while (used == block) {
            if (damage != null) {
                throw damage;
            }
            if (ended) {
                return false;
            }
            try {
                ended = !nextFrame();
            } catch (UnreadableAudioException e) {
                damage = e;
                throw e;
            }
        }
        return true;
    }

    private boolean nextFrame() throws IOException {
        long next = blockStart + block;
        boolean complete = info.frames() > 0 && next == info.frames();
        if (complete || in.require(FrameHeader.MAX_LENGTH) == 0 || before != null && atTag()) {
            verifyEnd(next, complete);
            return false;
        }
        long at = in.position();
        try {
            FrameHeader header = decoder.next(in);
            if (before != null) {
                requireNext(header);
            }
            if (info.frames() > 0 && next + header.blockSize() > info.frames()) {
                throw new InvalidFrameException(
                        "it goes beyond the " + info.frames() + " samples that the file states");
            }
            before = header;
            blockStart = next;
            block = header.blockSize();
            used = 0;
        } catch (InvalidFrameException e) {
            throw damaged(String.format(
                    Locale.ROOT,
                    "the frame at byte %d (sample %d, %.3f s): %s",
                    at,
                    next,
                    (double) next / info.sampleRate(),
                    e.getMessage()));
        }
        if (hash != null) {
            hash.update(decoder.samples(), block);
        }
        if (mixdown.isMeasured()) {
            measure();
        }
        return true;
    }

    /** Whether an ID3v1 tag follows, which some programs append. */
    private boolean atTag() {
        byte[] bytes = in.buffer();
        int at = in.offset();
        return bytes[at] == 'T' && bytes[at + 1] == 'A' && bytes[at + 2] == 'G';
    }

    /** Frames are numbered consecutively or by their first sample. Before FLAC 1.2, the header did not state which. */
    private void requireNext(FrameHeader header) throws InvalidFrameException {
        boolean bySample = header.number() == before.number() + before.blockSize();
        boolean byFrame = header.number() == before.number() + 1 && !header.variable();
        if (header.variable() != before.variable() || !bySample && !byFrame) {
            throw new InvalidFrameException("its number is " + header.number() + " after " + before.number()
                    + ": frames are missing or out of order");
        }
    }

    private void verifyEnd(long next, boolean complete) throws IOException {
        if (info.frames() > 0 && !complete) {
            throw damaged(String.format(
                    Locale.ROOT,
                    "the file ends after %d of %d samples (%.3f s)",
                    next,
                    info.frames(),
                    (double) next / info.sampleRate()));
        }
        if (complete && moreFrames()) {
            throw damaged("more frames follow after the " + info.frames() + " samples that the file states");
        }
        if (hash != null && !Arrays.equals(hash.finish(), info.md5())) {
            hash = null;
            throw damaged("the MD5 of the samples differs from the one in the file");
        }
    }

    private boolean moreFrames() throws IOException {
        int available = in.require(FrameHeader.MAX_LENGTH);
        try {
            FrameHeader.parse(in.buffer(), in.offset(), in.offset() + available, info);
            return true;
        } catch (InvalidFrameException e) {
            return false;
        }
    }

    private UnreadableAudioException damaged(String reason) {
        return new UnreadableAudioException(source.name(), "damaged FLAC data: " + reason);
    }

    @Override
    public void seek(long frame) throws IOException {
        if (frame < 0) {
            throw new IllegalArgumentException(source.name() + ": seek to frame " + frame);
        }
        long target = info.frames() > 0 ? Math.min(frame, info.frames()) : frame;
        long blockEnd = blockStart + block;
        boolean far = damage != null ? target > blockEnd : target > blockEnd + NEAR;
        if (target < blockStart || far && source.seekable()) {
            jump(target);
        }
        do {
            used = (int) Math.min(block, target - blockStart);
        } while (blockStart + used < target && available());
    }

    /** Moves to the start of a frame that contains the target or precedes it. */
    private void jump(long target) throws IOException {
        if (!source.seekable()) {
            throw new IOException(source.name() + ": sample " + target + " has passed, and a stream cannot go back");
        }
        damage = null;
        ended = false;
        before = null;
        used = 0;
        block = 0;
        if (target == 0) {
            in.position(metadata.firstFrame());
            blockStart = 0;
            hash = newHash();
            return;
        }
        hash = null;
        if (target == info.frames()) {
            blockStart = target;
            ended = true;
            return;
        }
        FrameFinder.Found found = new FrameFinder(metadata, in, decoder, source.size()).find(target);
        in.position(found.at());
        blockStart = found.sample();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}

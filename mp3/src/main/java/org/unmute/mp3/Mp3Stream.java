package org.unmute.mp3;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.UnreadableAudioException;
import org.unmute.audio.playback.Mixdown;

/**
 * An MP3 file as a stream. If the encoder's header (Xing, Info) states the silence that the encoder added before and
 * after the audio, that silence is removed and the length is known; the silence at the end may span several frames. All
 * frames of the file are read, even beyond the stated number, as in concatenated files. A warning tells if the number
 * of samples differs from the length known at the start. Seeking is exact: it scans frame headers that have not been
 * read yet, and decodes the earlier frames on which the target depends.
 */
final class Mp3Stream implements AudioStream {
    /**
     * Number of frames decoded before the target of a seek. A frame may use up to 511 bytes of earlier frames, the
     * shortest of which have about 20, and the filters reach two frames back.
     */
    private static final int LEAD = 40;
    /** Delay of every decoder, in samples. */
    private static final int DECODER_DELAY = 529;

    private final AudioSource source;
    private final Mp3Frames frames;
    private final Mixdown mixdown;
    private final Mp3FrameDecoder decoder;
    /** Samples per frame. */
    private final int perFrame;

    private final float[] decodedFrame;
    /** A decoded frame, or all frames at the end that the trailing silence may affect. */
    private float[] block;

    private final List<String> warnings = new ArrayList<>();
    /** Number of audio frames as stated by the encoder's header, or as counted if it is wrong; -1 if unknown. */
    private long stated = -1;
    /** Samples removed at the start; {@link #padding} are removed at the end. */
    private int delay;

    private int padding;
    /** The first sample of the block, counted from the first frame, including {@link #delay}. */
    private long blockStart;

    /** Number of valid samples in the block. */
    private int decoded;

    private int used;
    private boolean ended;

    private Mp3Stream(AudioSource source, int channel) throws IOException {
        this.source = source;
        frames = new Mp3Frames(source);
        Mp3Header first = frames.first();
        mixdown = Mixdown.of(
                channel,
                first.channels(),
                first.sampleRate(),
                reason -> new UnreadableAudioException(source.name(), reason));
        decoder = new Mp3FrameDecoder(first, mixdown);
        perFrame = first.samples();
        decodedFrame = new float[perFrame];
        block = decodedFrame;
        if (hasInfo(source.peek(first.bytes()), first)) {
            long start = source.position();
            long bytes = readInfo(frames.next());
            frames.leaveOutFirst();
            // Some encoders count this first frame, others do not.
            if (stated > 0 && bytes > 0 && source.seekable() && source.size() > start + bytes + first.bytes()) {
                recount();
            }
        }
        to(delay);
    }

    static Mp3Stream open(AudioSource source, int channel) throws IOException {
        return new Mp3Stream(source, channel);
    }

    private static boolean hasInfo(byte[] frame, Mp3Header header) {
        int at = header.infoAt();
        if (header.layer() != 3 || header.bytes() < at + 12) {
            return false;
        }
        String id = new String(frame, at, 4, StandardCharsets.ISO_8859_1);
        return id.equals("Xing") || id.equals("Info");
    }

    /** Counts the frames of a file that continues after the number of bytes that its header states. */
    private void recount() throws IOException {
        long count = frames.count();
        if (count > stated) {
            double statedSeconds = (double) length(stated) / sampleRate();
            stated = count;
            padding = 0;
            warnings.add(String.format(
                    Locale.ROOT,
                    "the header states %.3f s, but frames follow up to %.3f s, which are read",
                    statedSeconds,
                    (double) length(count) / sampleRate()));
        }
    }

    /** Handles more frames than the header states, which invalidates its length and padding. */
    private void goBeyond() {
        warnings.add(String.format(
                Locale.ROOT,
                "the header states %.3f s, but more frames follow, which are read",
                (double) length(stated) / sampleRate()));
        stated = -1;
        padding = 0;
    }

    /**
     * Reads the encoder's header from the first frame, which has no audio. Returns the stated number of bytes, or 0.
     */
    private long readInfo(Mp3Header header) {
        byte[] frame = frames.frame();
        ByteBuffer fields = ByteBuffer.wrap(frame, 0, header.bytes()).position(header.infoAt() + 4);
        int flags = fields.getInt();
        if ((flags & 1) != 0) {
            long count = fields.getInt() & 0xFFFFFFFFL;
            // An encoder that could not seek back leaves 0.
            stated = count == 0 ? -1 : count;
        }
        long bytes = (flags & 2) != 0 && fields.remaining() >= Integer.BYTES ? fields.getInt() & 0xFFFFFFFFL : 0;
        int at = fields.position() + ((flags & 4) != 0 ? 100 : 0) + ((flags & 8) != 0 ? 4 : 0);
        // LAME's extension: a name of 9 bytes, 12 other bytes, then two 12-bit lengths.
        if (at + 24 <= header.bytes() && frame[at] != 0) {
            int front = (frame[at + 21] & 0xFF) << 4 | (frame[at + 22] & 0xF0) >> 4;
            int back = (frame[at + 22] & 0x0F) << 8 | frame[at + 23] & 0xFF;
            if (stated > 0 && front + back < stated * header.samples()) {
                delay = front + DECODER_DELAY;
                padding = Math.max(0, back - DECODER_DELAY);
            }
        }
        return bytes;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int sampleRate() {
        return frames.first().sampleRate();
    }

    @Override
    public int channels() {
        return frames.first().channels();
    }

    @Override
    public OptionalLong frames() {
        return stated < 0 ? OptionalLong.empty() : OptionalLong.of(length(stated));
    }

    /** Number of samples in a number of frames. The padding is subtracted only if all frames are included. */
    private long length(long frameCount) {
        return Math.max(0, frameCount * perFrame - delay - (frameCount == stated ? padding : 0));
    }

    @Override
    public long position() {
        // A file may end within the leading silence that its header states.
        return Math.max(0, blockStart + used - delay);
    }

    @Override
    public List<String> warnings() {
        List<String> all = new ArrayList<>(frames.warnings());
        all.addAll(warnings);
        return mixdown.and(all);
    }

    @Override
    public int read(float[] samples, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, samples.length);
        if (!available()) {
            return -1;
        }
        int n = Math.min(count, decoded - used);
        System.arraycopy(block, used, samples, from, n);
        used += n;
        return n;
    }

    /** Whether there is another sample. Decodes the next frame if needed. */
    private boolean available() throws IOException {
        while (used == decoded && !ended) {
            long first = frames.index();
            if (!decodeFrame()) {
                end();
            } else {
                if (stated >= 0 && frames.index() * perFrame >= stated * perFrame - padding) {
                    decodeTail(first);
                } else {
                    block = decodedFrame;
                    decoded = perFrame;
                }
                blockStart = first * perFrame;
                used = 0;
            }
        }
        return used < decoded;
    }

    private boolean decodeFrame() throws IOException {
        Mp3Header header = frames.next();
        if (header != null) {
            decoder.decode(frames.frame(), header, (frames.index() - 1) * perFrame, decodedFrame);
        }
        return header != null;
    }

    /**
     * Decodes together all frames that the trailing silence may affect, because where the silence begins is known only
     * once the last of them proves to be the last frame of the file. The first of them is already decoded.
     *
     * @param first number of the first of these frames
     */
    private void decodeTail(long first) throws IOException {
        int count = 1;
        block = Arrays.copyOf(decodedFrame, (int) Math.max(1, stated - first) * perFrame);
        while (frames.index() < stated && decodeFrame()) {
            System.arraycopy(decodedFrame, 0, block, count++ * perFrame, perFrame);
        }
        if (frames.index() > stated || frames.index() == stated && frames.hasNext()) {
            goBeyond();
        }
        decoded = count * perFrame;
        if (frames.index() == stated) {
            decoded = Math.clamp(stated * perFrame - padding - first * perFrame, 0, decoded);
        }
    }

    private void end() {
        ended = true;
        if (stated > frames.index() && warnings.isEmpty()) {
            double statedSeconds = (double) length(stated) / sampleRate();
            double read = (double) position() / sampleRate();
            warnings.add(
                    position() <= length(stated)
                            ? String.format(
                                    Locale.ROOT,
                                    "cut short: the header states %.3f s, the file ends after %.3f s, which are read",
                                    statedSeconds,
                                    read)
                            : String.format(
                                    Locale.ROOT,
                                    "frames are missing: the header states %d (%.3f s), the file has %d, all of which"
                                            + " are read (%.3f s)",
                                    stated,
                                    statedSeconds,
                                    frames.index(),
                                    read));
        }
    }

    @Override
    public void seek(long frame) throws IOException {
        if (frame < 0) {
            throw new IllegalArgumentException(name() + ": seek to frame " + frame);
        }
        to(Math.min(frame, Long.MAX_VALUE / 2) + delay);
    }

    /** @param target target sample, counted as {@link #blockStart} is */
    private void to(long target) throws IOException {
        boolean far = target > blockStart + decoded + (long) LEAD * perFrame;
        if (target < blockStart || far && source.seekable()) {
            if (!source.seekable()) {
                throw new IOException(name() + ": sample " + target + " has passed, and a stream cannot go back");
            }
            frames.seek(Math.max(0, target / perFrame - LEAD));
            decoder.reset();
            ended = false;
            blockStart = frames.index() * perFrame;
            decoded = 0;
            used = 0;
        }
        while (target > blockStart + decoded && !ended) {
            used = decoded;
            available();
        }
        if (decoded == 0 && ended) {
            blockStart = delay + length(frames.index());
        }
        used = Math.clamp(target - blockStart, 0, decoded);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}

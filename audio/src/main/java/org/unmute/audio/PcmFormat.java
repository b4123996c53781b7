package org.unmute.audio;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.unmute.audio.playback.Mixdown;
import org.unmute.files.AtomicFile;
import org.unmute.files.LittleEndian;

/**
 * Uncompressed files: WAV (RIFF, RIFX, RF64, BW64, Sony Wave64), AIFF, AIFC and AU, with integers of up to 32 bits,
 * floats of 32 and 64 bits, A-law and mu-law, and up to 64 channels. Files that are truncated, or whose header states a
 * wrong length, are read as far as possible, with a warning.
 */
public final class PcmFormat implements AudioFormatProvider {
    /** For the service loader. */
    public PcmFormat() {}

    @Override
    public String name() {
        return "WAV, AIFF, AU";
    }

    @Override
    public boolean matches(byte[] head) {
        return RiffHeader.matches(head) || AiffHeader.matches(head) || AuHeader.matches(head);
    }

    @Override
    public AudioStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    @Override
    public AudioStream open(AudioSource source, int channel) throws IOException {
        byte[] head = source.peek(AudioFormats.HEAD_BYTES);
        PcmLayout layout = RiffHeader.matches(head)
                ? RiffHeader.read(source)
                : AiffHeader.matches(head) ? AiffHeader.read(source) : AuHeader.read(source);
        return new PcmStream(source, layout, channel);
    }

    /**
     * Writes parts of an uncompressed file as WAV files with all channels and the very samples of the
     * source: integers of the same width, floats, A-law or mu-law. Not thread-safe.
     */
    public static final class Parts implements Closeable {
        private static final long MAX_BYTES = 0xFFFFFFFFL;
        private static final int HEADER_BYTES = 44;
        private static final int BLOCK_FRAMES = 1 << 12;

        private final AudioSource source;
        private final PcmLayout layout;

        private Parts(AudioSource source, PcmLayout layout) {
            this.source = source;
            this.layout = layout;
        }

        /**
         * Opens a file; empty if it is not uncompressed.
         *
         * @throws UnreadableAudioException if its header is damaged
         * @throws IOException if it cannot be read
         */
        public static Optional<Parts> open(Path file) throws IOException {
            AudioSource source = AudioSource.of(file);
            try {
                byte[] head = source.peek(AudioFormats.HEAD_BYTES);
                PcmLayout layout = RiffHeader.matches(head)
                        ? RiffHeader.read(source)
                        : AiffHeader.matches(head)
                                ? AiffHeader.read(source)
                                : AuHeader.matches(head) ? AuHeader.read(source) : null;
                if (layout == null) {
                    source.close();
                    return Optional.empty();
                }
                return Optional.of(new Parts(source, layout));
            } catch (IOException | RuntimeException e) {
                source.close();
                throw e;
            }
        }

        /** Sample rate in Hz. */
        public int sampleRate() {
            return layout.sampleRate();
        }

        /** Number of channels. */
        public int channels() {
            return layout.channels();
        }

        /** Number of frames. */
        public long frames() throws IOException {
            long bytes = layout.bytes() < 0 ? source.size() - layout.start() : layout.bytes();
            return bytes / layout.frameBytes();
        }

        /**
         * Writes some frames.
         *
         * @param target replaced once the new file is complete
         * @param first frame, from 0
         * @param end frame after the last, at most {@link #frames()}, above {@code first}
         * @throws UnreadableAudioException if the file ends before
         * @throws IllegalArgumentException if there are no such frames, or too many for a WAV file
         */
        public void write(Path target, long first, long end) throws IOException {
            long bytes = (end - first) * layout.frameBytes();
            if (first < 0 || end <= first || end > frames() || bytes > MAX_BYTES - HEADER_BYTES) {
                throw new IllegalArgumentException("wav: cannot write frames " + first + " to " + end + " of "
                        + frames() + " of " + source.name());
            }
            source.seek(layout.start() + first * layout.frameBytes());
            AtomicFile.write(target, out -> {
                LittleEndian.writeFully(out, header(bytes));
                byte[] block = new byte[BLOCK_FRAMES * layout.frameBytes()];
                for (long left = bytes; left > 0; ) {
                    int n = (int) Math.min(block.length, left);
                    if (source.read(block, 0, n) < n) {
                        throw new UnreadableAudioException(source.name(), "it ends within the part that is cut out");
                    }
                    asWav(block, n);
                    LittleEndian.writeFully(out, ByteBuffer.wrap(block, 0, n));
                    left -= n;
                }
                if (bytes % 2 == 1) { // chunks have an even length
                    LittleEndian.writeFully(out, ByteBuffer.wrap(new byte[1]));
                }
            });
        }

        private ByteBuffer header(long bytes) {
            int width = layout.encoding().bytes();
            int tag = switch (layout.encoding()) {
                case FLOAT_32, FLOAT_64 -> 3;
                case A_LAW -> 6;
                case MU_LAW -> 7;
                default -> 1;
            };
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            header.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt((int) (HEADER_BYTES - 8 + bytes + bytes % 2));
            header.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
            header.putShort((short) tag).putShort((short) layout.channels()).putInt(layout.sampleRate());
            header.putInt((int) ((long) layout.sampleRate() * layout.frameBytes()));
            header.putShort((short) layout.frameBytes()).putShort((short) (8 * width));
            header.put("data".getBytes(StandardCharsets.US_ASCII)).putInt((int) bytes);
            return header.flip();
        }

        /** Turns the bytes of samples into those of a WAV file: little-endian, and 8 bits unsigned. */
        private void asWav(byte[] block, int n) {
            if (layout.encoding() == SampleEncoding.SIGNED_8) {
                for (int i = 0; i < n; i++) {
                    block[i] ^= (byte) 0x80;
                }
            }
            int width = layout.encoding().bytes();
            if (layout.order() == ByteOrder.BIG_ENDIAN && width > 1) {
                for (int at = 0; at < n; at += width) {
                    for (int low = at, high = at + width - 1; low < high; low++, high--) {
                        byte other = block[low];
                        block[low] = block[high];
                        block[high] = other;
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            source.close();
        }
    }
}

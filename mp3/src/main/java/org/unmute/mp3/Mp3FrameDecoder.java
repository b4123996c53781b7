package org.unmute.mp3;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.Header;
import javazoom.jl.decoder.JavaLayerException;
import javazoom.jl.decoder.Obuffer;

/** Decodes frames to floats with JLayer, which is given one frame at a time. */
final class Mp3FrameDecoder {
    /** The factor by which JLayer multiplies samples. */
    private static final float SCALE = 32_700;

    static {
        // JLayer fills static tables on first use, which is not thread-safe, so the first frame is decoded here.
        byte[] silence = Arrays.copyOf(new byte[] {(byte) 0xFF, (byte) 0xFB, 0x10, (byte) 0xC4}, 104);
        Mp3Header header = Mp3Header.parse(silence, 0);
        new Mp3FrameDecoder(header).decode(silence, header, new float[header.samples()]);
    }

    private final Feed feed = new Feed();
    private final Mean mean;
    private final int samples;
    private Bitstream bits;
    private Decoder decoder;

    Mp3FrameDecoder(Mp3Header first) {
        samples = first.samples();
        mean = new Mean(first.channels(), samples);
        reset();
    }

    /** Forgets all earlier frames. */
    void reset() {
        feed.frame = new ByteArrayInputStream(new byte[0]);
        bits = new Bitstream(feed);
        decoder = new Decoder();
        decoder.setOutputBuffer(mean);
    }

    /**
     * Decodes a frame. A damaged frame, or one whose data lies in missing frames, gives silence.
     *
     * @param out receives the mean of the channels. Modified.
     */
    void decode(byte[] frame, Mp3Header header, float[] out) {
        feed.frame = new ByteArrayInputStream(frame, 0, header.bytes());
        mean.clear_buffer();
        boolean sound;
        try {
            Header read = bits.readFrame();
            sound = read != null;
            if (sound) {
                decoder.decodeFrame(read, bits);
            }
        } catch (JavaLayerException | RuntimeException e) {
            // JLayer does not check indices, and its state is unusable after a failure.
            sound = false;
            reset();
        }
        bits.closeFrame();
        mean.copy(sound, out, samples);
    }

    /** Supplies the bytes of one frame and then signals the end of the stream. */
    private static final class Feed extends InputStream {
        private ByteArrayInputStream frame;

        @Override
        public int read() {
            return frame.read();
        }

        @Override
        public int read(byte[] into, int from, int count) {
            return frame.read(into, from, count);
        }
    }

    /** Sums the channels as JLayer supplies them, 32 samples at a time. */
    private static final class Mean extends Obuffer {
        private final double[] sum;
        private final int[] at = new int[MAXCHANNELS];
        private final int channels;

        Mean(int channels, int samples) {
            this.channels = channels;
            sum = new double[samples];
        }

        @Override
        public void append(int channel, short value) {
            sum[at[channel]++] += value;
        }

        @Override
        public void appendSamples(int channel, float[] values) {
            int from = at[channel];
            for (int i = 0; i < 32; i++) {
                sum[from + i] += values[i];
            }
            at[channel] = from + 32;
        }

        void copy(boolean sound, float[] out, int n) {
            boolean whole = sound && at[0] == n && at[channels - 1] == n;
            for (int i = 0; i < n; i++) {
                float value = whole ? (float) (sum[i] / SCALE / channels) : 0;
                out[i] = Float.isFinite(value) ? value : 0;
            }
        }

        @Override
        public void write_buffer(int value) {}

        @Override
        public void close() {}

        @Override
        public void clear_buffer() {
            Arrays.fill(sum, 0);
            Arrays.fill(at, 0);
        }

        @Override
        public void set_stop_flag() {}
    }
}

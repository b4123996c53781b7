package org.unmute.mp3;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;
import javazoom.jl.decoder.Bitstream;
import javazoom.jl.decoder.Decoder;
import javazoom.jl.decoder.Header;
import javazoom.jl.decoder.JavaLayerException;
import javazoom.jl.decoder.Obuffer;
import org.unmute.audio.playback.Mixdown;

/** Decodes frames to floats with JLayer, which is given one frame at a time. */
final class Mp3FrameDecoder {
    /** The factor by which JLayer multiplies samples. */
    private static final float SCALE = 32_700;

    static {
        // JLayer fills static tables on first use, which is not thread-safe, so the first frame is decoded here.
        byte[] silence = Arrays.copyOf(new byte[] {(byte) 0xFF, (byte) 0xFB, 0x10, (byte) 0xC4}, 104);
        Mp3Header header = Mp3Header.parse(silence, 0);
        Mixdown mixdown =
                Mixdown.of(Mixdown.MEAN, header.channels(), header.sampleRate(), IllegalArgumentException::new);
        new Mp3FrameDecoder(header, mixdown).decode(silence, header, 0, new float[header.samples()]);
    }

    private final Feed feed = new Feed();
    private final Mean mean;
    private final int samples;
    private Bitstream bits;
    private Decoder decoder;

    /** @param mixdown which channels are given. Receives their energies. */
    Mp3FrameDecoder(Mp3Header first, Mixdown mixdown) {
        samples = first.samples();
        mean = new Mean(first.channels(), samples, mixdown);
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
     * @param start number of the frame's first sample in the file
     * @param out receives the mean of the channels, or one of them. Modified.
     */
    void decode(byte[] frame, Mp3Header header, long start, float[] out) {
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
        mean.copy(sound, out, samples, start);
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
        private final Mixdown mixdown;
        /** Sum of the squares of all channels' samples. */
        private double energy;

        Mean(int channels, int samples, Mixdown mixdown) {
            this.channels = channels;
            this.mixdown = mixdown;
            sum = new double[samples];
        }

        @Override
        public void append(int channel, short value) {
            if (isRead(channel)) {
                sum[at[channel]] += value;
                energy += (double) value * value;
            }
            at[channel]++;
        }

        @Override
        public void appendSamples(int channel, float[] values) {
            int from = at[channel];
            for (int i = 0; i < 32 && isRead(channel); i++) {
                sum[from + i] += values[i];
                energy += (double) values[i] * values[i];
            }
            at[channel] = from + 32;
        }

        private boolean isRead(int channel) {
            return channel >= mixdown.first() && channel < mixdown.first() + mixdown.count();
        }

        void copy(boolean sound, float[] out, int n, long start) {
            boolean whole = sound && at[0] == n && at[channels - 1] == n;
            double mixed = 0;
            for (int i = 0; i < n; i++) {
                float value = whole ? (float) (sum[i] / SCALE / mixdown.count()) : 0;
                out[i] = Float.isFinite(value) ? value : 0;
                mixed += sum[i] * sum[i];
            }
            if (whole && mixdown.isMeasured()) {
                mixdown.measured(start, n, mixed / channels / channels, energy, SCALE);
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
            energy = 0;
        }

        @Override
        public void set_stop_flag() {}
    }
}

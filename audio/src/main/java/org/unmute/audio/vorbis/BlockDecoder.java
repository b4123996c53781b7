package org.unmute.audio.vorbis;

import java.util.Arrays;
import org.unmute.audio.playback.Mixdown;
import org.unmute.audio.vorbis.PacketBits.EndOfPacket;

/**
 * Decodes audio packets (Vorbis I, section 4.3). Keeps the second half of the previous block, which overlaps the next
 * one.
 */
final class BlockDecoder {
    private final VorbisSetup setup;
    private final Mixdown mixdown;
    private final Mdct[] transforms;
    /** Rising halves of the windows of short and long blocks. */
    private final float[][] slopes;

    private final float[][] block;
    private final float[][] tail;
    private final Residue.Scratch scratch = new Residue.Scratch();
    /** Size of the previous block; 0 if there is none. */
    private int before;

    /** @param mixdown which channels are given. Receives their energies. */
    BlockDecoder(VorbisSetup setup, Mixdown mixdown) {
        this.setup = setup;
        this.mixdown = mixdown;
        transforms = new Mdct[] {new Mdct(setup.shortBlock()), new Mdct(setup.longBlock())};
        slopes = new float[][] {slope(setup.shortBlock()), slope(setup.longBlock())};
        block = new float[setup.channels()][setup.longBlock()];
        tail = new float[setup.channels()][setup.longBlock() / 2];
    }

    private static float[] slope(int size) {
        float[] slope = new float[size / 2];
        for (int i = 0; i < slope.length; i++) {
            double sine = Math.sin((i + 0.5) / slope.length * Math.PI / 2);
            slope[i] = (float) Math.sin(Math.PI / 2 * sine * sine);
        }
        return slope;
    }

    /** Forgets the previous block. */
    void reset() {
        before = 0;
    }

    /** Maximum number of samples from a packet. */
    int maxSamples() {
        return setup.longBlock() / 2;
    }

    /**
     * Decodes a packet.
     *
     * @param out receives the mean of the channels, or one of them, starting at index {@code from}. Modified.
     * @param start number of the sample at index 0 of {@code out}
     * @return the number of samples; 0 for the first packet and after {@link #reset}
     * @throws InvalidVorbisException if it is not an audio packet, or is damaged
     */
    int decode(PacketBits bits, float[] out, int from, long start) throws InvalidVorbisException {
        VorbisSetup.Mode mode;
        boolean previousLarge = true;
        boolean nextLarge = true;
        try {
            if (bits.flag()) {
                throw new InvalidVorbisException("a packet is not an audio packet");
            }
            int number = bits.read(PacketBits.width(setup.modes().length - 1));
            mode = setup.modes()[VorbisSetup.index(number, setup.modes().length, "mode")];
            if (mode.large()) {
                previousLarge = bits.flag();
                nextLarge = bits.flag();
            }
        } catch (EndOfPacket e) {
            throw new InvalidVorbisException("a packet ends before its mode");
        }
        int n = mode.large() ? setup.longBlock() : setup.shortBlock();
        spectra(bits, setup.mappings()[mode.mapping()], n);
        for (float[] channel : block) {
            transforms[mode.large() ? 1 : 0].inverse(channel);
            window(channel, n, mode.large() && previousLarge, mode.large() && nextLarge);
        }
        int count = before == 0 ? 0 : n / 4 + before / 4;
        overlap(out, from, count, n, start);
        for (int c = 0; c < block.length; c++) {
            System.arraycopy(block[c], n / 2, tail[c], 0, n / 2);
        }
        before = n;
        return count;
    }

    /** Decodes the spectra into the first halves of the blocks. */
    private void spectra(PacketBits bits, VorbisSetup.Mapping mapping, int n) {
        int half = n / 2;
        int channels = setup.channels();
        int[][] envelopes = new int[channels][];
        boolean[] decoded = new boolean[channels];
        for (int c = 0; c < channels; c++) {
            Arrays.fill(block[c], 0, half, 0);
            try {
                Floor floor = setup.floors()[mapping.floors()[mapping.submapOf()[c]]];
                envelopes[c] = floor.decode(bits);
            } catch (EndOfPacket e) {
                envelopes[c] = null;
            }
            decoded[c] = envelopes[c] != null;
        }
        for (int i = 0; i < mapping.magnitudes().length; i++) {
            boolean either = decoded[mapping.magnitudes()[i]] || decoded[mapping.angles()[i]];
            decoded[mapping.magnitudes()[i]] = either;
            decoded[mapping.angles()[i]] = either;
        }
        residues(bits, mapping, decoded, half);
        for (int i = mapping.magnitudes().length - 1; i >= 0; i--) {
            uncouple(block[mapping.magnitudes()[i]], block[mapping.angles()[i]], half);
        }
        for (int c = 0; c < channels; c++) {
            if (envelopes[c] == null) {
                Arrays.fill(block[c], 0, half, 0);
            } else {
                setup.floors()[mapping.floors()[mapping.submapOf()[c]]].apply(envelopes[c], block[c], half);
            }
        }
    }

    private void residues(PacketBits bits, VorbisSetup.Mapping mapping, boolean[] decoded, int half) {
        int channels = setup.channels();
        for (int s = 0; s < mapping.residues().length; s++) {
            float[][] part = new float[channels][];
            boolean[] partDecoded = new boolean[channels];
            int n = 0;
            for (int c = 0; c < channels; c++) {
                if (mapping.submapOf()[c] == s) {
                    partDecoded[n] = decoded[c];
                    part[n++] = block[c];
                }
            }
            if (n > 0) {
                setup.residues()[mapping.residues()[s]].decode(bits, part, partDecoded, n, half, scratch);
            }
        }
    }

    /** Converts magnitude and angle to two channels (section 4.3.5). */
    private static void uncouple(float[] magnitudes, float[] angles, int half) {
        for (int i = 0; i < half; i++) {
            float m = magnitudes[i];
            float a = angles[i];
            if (a > 0) {
                angles[i] = m > 0 ? m - a : m + a;
            } else {
                magnitudes[i] = m > 0 ? m + a : m - a;
                angles[i] = m;
            }
        }
    }

    private void window(float[] x, int n, boolean left, boolean right) {
        float[] rise = slopes[left ? 1 : 0];
        int from = n / 4 - rise.length / 2;
        Arrays.fill(x, 0, from, 0);
        for (int i = 0; i < rise.length; i++) {
            x[from + i] *= rise[i];
        }
        float[] fall = slopes[right ? 1 : 0];
        int to = n / 4 * 3 + fall.length / 2;
        for (int i = 0; i < fall.length; i++) {
            x[to - 1 - i] *= fall[i];
        }
        Arrays.fill(x, to, n, 0);
    }

    private void overlap(float[] out, int from, int count, int n, long start) {
        // The three-quarter point of the previous block coincides with the one-quarter point of this one.
        int shift = n / 4 - before / 4;
        int first = mixdown.first();
        int channels = mixdown.count();
        double mixed = 0;
        double each = 0;
        for (int i = 0; i < count; i++) {
            double sum = 0;
            for (int c = first; c < first + channels; c++) {
                int at = i + shift;
                float value = (at < 0 ? 0 : block[c][at]) + (i < before / 2 ? tail[c][i] : 0);
                sum += value;
                each += (double) value * value;
            }
            double mean = sum / channels;
            out[from + i] = (float) mean;
            mixed += mean * mean;
        }
        if (mixdown.isMeasured()) {
            mixdown.measured(start + from, count, mixed, each, 1);
        }
    }
}

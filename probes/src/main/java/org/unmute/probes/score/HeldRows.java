package org.unmute.probes.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.unmute.models.encoder.Features;
import org.unmute.models.encoder.TokenMap;

/** The rows of a token map that have arrived and may still be needed, numbered from the start of the recording. */
final class HeldRows {
    /** The last layer, then the others: {@code [rows, freq, dim]} followed by unused capacity. */
    private float[][] tokens;
    /** For each row, the class tokens of its block, starting with the last layer. */
    private final List<float[][]> cls = new ArrayList<>();

    private int freq;
    private int dim;
    private long start;

    /** @param start number of the first row */
    HeldRows(long start) {
        this.start = start;
    }

    /** Number of the next row to arrive. */
    long end() {
        return start + cls.size();
    }

    /** Number of rows held. */
    int count() {
        return cls.size();
    }

    void add(Features block) {
        List<TokenMap> maps = new ArrayList<>(block.layers());
        maps.addFirst(block.tokens());
        TokenMap first = block.tokens();
        if (tokens == null) {
            tokens = new float[maps.size()][0];
            freq = first.freq();
            dim = first.dim();
        }
        if (first.freq() != freq || first.dim() != dim || maps.size() != tokens.length) {
            throw new IllegalArgumentException("frame scores: rows of " + first.sizes() + " in " + maps.size()
                    + " layers follow rows of freq " + freq + " and dim " + dim + " in " + tokens.length);
        }
        int held = count() * freq * dim;
        int own = first.tokens().length;
        for (int m = 0; m < tokens.length; m++) {
            if (tokens[m].length < held + own) {
                tokens[m] = Arrays.copyOf(tokens[m], Math.addExact(held, own));
            }
            System.arraycopy(maps.get(m).tokens(), 0, tokens[m], held, own);
        }
        float[][] tokensOfClass = maps.stream().map(TokenMap::cls).toArray(float[][]::new);
        for (int t = 0; t < first.time(); t++) {
            cls.add(tokensOfClass);
        }
    }

    /**
     * A range of rows as a clip.
     *
     * @param from number of the first row
     * @param to number after the last row
     * @param at number of the row whose class token the clip gets
     */
    Features of(long from, long to, long at) {
        int row = freq * dim;
        int begin = (int) (from - start) * row;
        int stop = (int) (to - start) * row;
        List<TokenMap> maps = new ArrayList<>();
        for (int m = 0; m < tokens.length; m++) {
            float[] own = Arrays.copyOfRange(tokens[m], begin, stop);
            maps.add(new TokenMap((int) (to - from), freq, dim, own, cls.get((int) (at - start))[m]));
        }
        return new Features(maps.getFirst(), maps.subList(1, maps.size()), null);
    }

    void dropBefore(long row) {
        int n = Math.clamp(row - start, 0, count());
        if (n == 0) {
            return;
        }
        int width = freq * dim;
        for (float[] map : tokens) {
            System.arraycopy(map, n * width, map, 0, (count() - n) * width);
        }
        cls.subList(0, n).clear();
        start += n;
    }
}

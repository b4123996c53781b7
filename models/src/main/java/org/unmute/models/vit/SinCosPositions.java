package org.unmute.models.vit;

/** Fixed sine-cosine positions. */
public final class SinCosPositions {
    private SinCosPositions() {}

    /**
     * The table of EAT and MAE for time-major tokens: the first half of a row encodes the frequency index, the second
     * half the time index; each half is {@code [sin(p wᵢ), cos(p wᵢ)]} with {@code wᵢ = 10000^(-i / (dim / 4))}.
     *
     * @param dim a multiple of 4
     * @return {@code [time · freq, dim]}, row-major
     */
    public static float[] sinCos(int time, int freq, int dim) {
        if (dim % 4 != 0) {
            throw new IllegalArgumentException("positions: dim must be a multiple of 4, is " + dim);
        }
        int quarter = dim / 4;
        float[] table = new float[Math.multiplyExact(Math.multiplyExact(time, freq), dim)];
        for (int t = 0; t < time; t++) {
            for (int f = 0; f < freq; f++) {
                int row = (t * freq + f) * dim;
                for (int i = 0; i < quarter; i++) {
                    double w = Math.pow(10000, -(double) i / quarter);
                    table[row + i] = (float) Math.sin(f * w);
                    table[row + quarter + i] = (float) Math.cos(f * w);
                    table[row + 2 * quarter + i] = (float) Math.sin(t * w);
                    table[row + 3 * quarter + i] = (float) Math.cos(t * w);
                }
            }
        }
        return table;
    }

    /**
     * Audio-MAE's table: a row of zeros for the class token, then the transposed grid, frequency before time, so that
     * row {@code 1 + r · time + c} encodes c in its first half and r in the second.
     *
     * @param dim a multiple of 4
     * @return {@code [1 + freq · time, dim]}, row-major
     */
    public static float[] audioMae(int time, int freq, int dim) {
        float[] grid = sinCos(freq, time, dim);
        float[] table = new float[Math.addExact(grid.length, dim)];
        System.arraycopy(grid, 0, table, dim, grid.length);
        return table;
    }

    /**
     * MAE-AST's table of a sequence: row n has {@code sin(n wᵢ)} in channel 2 i and {@code cos(n wᵢ)} in channel 2 i +
     * 1 with {@code wᵢ = 10000^(-2 i / dim)}. Frequencies and angles are rounded to float32, as the authors' are.
     *
     * @param dim even
     * @return {@code [rows, dim]}, row-major
     */
    public static float[] interleaved(int rows, int dim) {
        if (dim % 2 != 0) {
            throw new IllegalArgumentException("positions: dim must be even, is " + dim);
        }
        float[] table = new float[Math.multiplyExact(rows, dim)];
        for (int i = 0; i < table.length; i += 2) {
            float angle = i / dim * (float) Math.exp(i % dim * (float) (-Math.log(10000) / dim));
            table[i] = (float) Math.sin(angle);
            table[i + 1] = (float) Math.cos(angle);
        }
        return table;
    }
}

package org.unmute.kernels.vector;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes the source of the register tiles, which are straight lines by the hundred: one for each width of vectors.
 * {@link TileSourceTest} holds the classes in the source tree to it, and puts them there with {@code
 * -Dunmute.tiles.write=true}.
 */
final class TileSource {
    private static final String[] SIDES = {"l", "r"};

    private final int bits;
    private final int rows;
    private final String registers;
    private final List<String> lines = new ArrayList<>();

    private TileSource(int bits, int rows, String registers) {
        this.bits = bits;
        this.rows = rows;
        this.registers = registers;
    }

    /** The tiles of all widths. */
    static List<TileSource> all() {
        // With 16 registers more rows do not fit: the compiler loads a round's numbers of a before it multiplies, see
        // bench/experiments.md.
        String few = " bits: there are 16 registers, for eight sums, two vectors of b and four of a";
        return List.of(
                new TileSource(512, 14, " bits: there are 32 registers, for 28 sums, two vectors of b and one of a"),
                new TileSource(256, 4, few),
                new TileSource(128, 4, few));
    }

    String name() {
        return "Tile" + bits;
    }

    String text() {
        int line = Math.ceilDiv(rows, bits / Float.SIZE) * (bits / Float.SIZE);
        add(
                "package org.unmute.kernels.vector;",
                "",
                "import jdk.incubator.vector.FloatVector;",
                "import jdk.incubator.vector.VectorSpecies;",
                "",
                "/**",
                " * The innermost product in vectors of " + bits + registers + ". Straight",
                " * lines on purpose: every sum must be a local variable to live in a register, and unrolling the loop"
                        + " by hand makes the",
                " * compiler spill them. Where a's numbers lie is told by constants, so that all loads of a share one"
                        + " address register.",
                " * Every result is one chain of fused multiply-adds in the order of k, so that tiles of all widths"
                        + " give the same bits.",
                " *",
                " * <p>Written by {@code TileSource} among the tests.",
                " */",
                "final class " + name() + " {",
                "    /** Rows of a tile. */",
                "    static final int ROWS = " + rows + ";",
                "    /** Floats in a vector; a tile has twice as many columns. */",
                "    static final int N = " + bits / Float.SIZE + ";",
                "    /** Distance from column to column of a left operand that lies by columns: the rows in whole"
                        + " vectors. */",
                "    static final int LINE = " + line + ";",
                "    private static final VectorSpecies<Float> F = FloatVector.SPECIES_" + bits + ";",
                "    private static final int S = PackedRows.STRIDE;",
                "",
                "    private " + name() + "() {}");
        method("multiply", 2, false, "row {@code i}, column {@code k} at {@code at + i * PackedRows.STRIDE + k}");
        method("multiplyColumns", 2, true, "row {@code i}, column {@code k} at {@code at + k * LINE + i}");
        method("multiplyNarrow", 1, false, "row {@code i}, column {@code k} at {@code at + i * PackedRows.STRIDE + k}");
        add("}");
        return String.join("\n", lines) + "\n";
    }

    private void add(String... text) {
        lines.addAll(List.of(text));
    }

    private void method(String method, int vectors, boolean columns, String a) {
        String width = vectors == 2 ? "two vectors" : "one vector";
        add(
                "",
                "    /**",
                "     * {@code c = a b}, or {@code c += a b}, for a tile of {@link #ROWS} rows and " + width
                        + " of columns.",
                "     *",
                "     * @param kc inner size",
                "     * @param a " + a,
                "     * @param b row {@code k} at {@code bt + k * 2 * N}",
                "     * @param c row {@code i} at {@code ct + i * ldc}. Modified.",
                "     */",
                "    static void " + method
                        + "(int kc, float[] a, int at, float[] b, int bt, float[] c, int ct, int ldc, boolean add) {",
                "        FloatVector zero = FloatVector.zero(F);");
        for (int i = 0; i < rows; i++) {
            add("        FloatVector l" + i + " = zero" + (vectors == 2 ? ", r" + i + " = zero;" : ";"));
        }
        add(
                "        for (int k = 0; k < kc; k++) {",
                "            int p = at + k" + (columns ? " * LINE;" : ";"),
                "            int q = bt + k * 2 * N;",
                "            FloatVector left = FloatVector.fromArray(F, b, q);");
        if (vectors == 2) {
            add("            FloatVector right = FloatVector.fromArray(F, b, q + N);");
        }
        for (int i = 0; i < rows; i++) {
            add(
                    "            FloatVector a" + i + " = FloatVector.broadcast(F, a[p" + plus(i, columns ? "" : "S")
                            + "]);",
                    "            l" + i + " = a" + i + ".fma(left, l" + i + ");");
            if (vectors == 2) {
                add("            r" + i + " = a" + i + ".fma(right, r" + i + ");");
            }
        }
        add("        }", "        if (add) {");
        for (int i = 0; i < rows; i++) {
            for (int v = 0; v < vectors; v++) {
                String sum = SIDES[v] + i;
                add("            " + sum + " = " + sum + ".add(FloatVector.fromArray(F, c, ct" + plus(i, "ldc")
                        + (v == 1 ? " + N" : "") + "));");
            }
        }
        add("        }");
        for (int i = 0; i < rows; i++) {
            for (int v = 0; v < vectors; v++) {
                add("        " + SIDES[v] + i + ".intoArray(c, ct" + plus(i, "ldc") + (v == 1 ? " + N" : "") + ");");
            }
        }
        add("    }");
    }

    private static String plus(int i, String times) {
        if (i == 0) {
            return "";
        }
        return times.isEmpty() ? " + " + i : i == 1 ? " + " + times : " + " + i + " * " + times;
    }
}

package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.bench.peer.PeerException;
import org.unmute.tensor.io.Npy;
import org.unmute.tensor.io.StoredTensor;
import org.unmute.tensor.io.StoredType;

/** Compares the outputs of a peer with those of this engine. */
public final class OutputComparison {
    private OutputComparison() {}

    /**
     * Compares all outputs of a folder.
     *
     * @param tolerance max difference, relative to the root mean square of this engine's output
     * @throws PeerException if an output is missing, has another size, is not finite, or differs by more
     */
    static void check(Path ours, Path theirs, double tolerance) throws PeerException, IOException {
        List<Path> outputs;
        try (Stream<Path> files = Files.list(ours)) {
            outputs = files.filter(f -> f.toString().endsWith(".npy")).sorted().toList();
        }
        if (outputs.isEmpty()) {
            throw new PeerException("nothing can be compared: this engine wrote no output");
        }
        for (Path output : outputs) {
            checkOne(output, theirs.resolve(output.getFileName()), tolerance);
        }
    }

    private static void checkOne(Path ours, Path theirs, double tolerance) throws PeerException, IOException {
        String name = "output " + ours.getFileName().toString().replace(".npy", "");
        if (!Files.exists(theirs)) {
            throw new PeerException(name + " is missing");
        }
        StoredTensor a = Npy.read(ours);
        StoredTensor b = Npy.read(theirs);
        long count = a.shape().elements();
        if (count != b.shape().elements()) {
            throw new PeerException(name + " is " + b.shape() + ", ours is " + a.shape());
        }
        if (a.type() == StoredType.I32 || a.type() == StoredType.I64) {
            int[] x = a.ints();
            int[] y = b.ints();
            long different =
                    IntStream.range(0, x.length).filter(i -> x[i] != y[i]).count();
            if (different > 0) {
                throw new PeerException(name + ": " + different + " of " + count + " whole numbers differ");
            }
            return;
        }
        double difference = difference(name, a.floats(), b.floats());
        if (!(difference <= tolerance)) {
            String pattern = "%s differs by %.2g of its root mean square, allowed is %.2g";
            throw new PeerException(String.format(Locale.ROOT, pattern, name, difference, tolerance));
        }
    }

    /** The numbers of an output. */
    static float[] floats(Path folder, String output) throws IOException {
        return Npy.read(folder.resolve(output + ".npy")).floats();
    }

    /** Requires a difference computed by one of the two methods below to be within the tolerance. */
    static void require(String what, double difference, double tolerance) throws PeerException {
        if (!(difference <= tolerance)) {
            throw new PeerException(
                    what + " differ by " + difference + " of their root mean square, allowed is " + tolerance);
        }
    }

    /** Root mean square of the difference divided by that of {@code a}. */
    static double rootMeanSquareDifference(String name, float[] a, float[] b) throws PeerException {
        if (a.length != b.length) {
            throw new PeerException("output " + name + " has " + b.length + " numbers, ours has " + a.length);
        }
        double squares = 0;
        double difference = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (double) a[i] * a[i];
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
        }
        return difference == 0 ? 0 : Math.sqrt(difference / squares);
    }

    /** Max difference divided by the root mean square of {@code a}. */
    static double difference(String name, float[] a, float[] b) throws PeerException {
        double squares = 0;
        double max = 0;
        for (int i = 0; i < a.length; i++) {
            if (!Float.isFinite(a[i]) || !Float.isFinite(b[i])) {
                throw new PeerException(name + " is not finite at " + i + ": ours " + a[i] + ", theirs " + b[i]);
            }
            squares += (double) a[i] * a[i];
            max = Math.max(max, Math.abs((double) a[i] - b[i]));
        }
        return max == 0 ? 0 : max / Math.sqrt(squares / a.length);
    }
}

package org.unmute.cli.verify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.Activations;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;

/**
 * Compares an encoder with reference features. If the reference contains the spectrogram ({@code fbank}), the network
 * runs on it and the front end is compared separately, so that rounding in the front end neither hides nor mimics an
 * error of the network. Otherwise everything starts from the recording.
 */
public final class Verification {
    /** Allowed difference of the network given the spectrogram; float32 rounding at base size is a tenth of it. */
    static final double FROM_FBANK = 1e-4;
    /** Allowed difference starting from the recording. */
    static final double FROM_RECORDING = 2e-3;

    private static final Set<String> LAST = Set.of("final_tokens", "token_map", "patch_tokens", "logits", "probs");

    private final Encoder encoder;
    private final EncoderSpec spec;
    private final ReferenceFeatures reference;
    private final Double tolerance;
    private final List<TensorComparison> differences = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final Set<String> compared = new LinkedHashSet<>();

    /** @param tolerance replaces the default tolerance of the network; null for the default */
    public Verification(Encoder encoder, ReferenceFeatures reference, Double tolerance) {
        this.encoder = encoder;
        this.spec = encoder.describe();
        this.reference = reference;
        this.tolerance = tolerance;
    }

    /**
     * Compares.
     *
     * @param samples the recording at the encoder's rate; null if there is none; the reference must then hold the
     *     spectrogram
     * @throws CommandException if no tensor can be compared
     */
    public void run(float[] samples) {
        ReferenceFeatures.Stored fbank = reference.tensors().get(TensorComparison.FBANK);
        boolean given = fbank != null;
        if (samples == null && !given) {
            throw CommandException.usage(
                    "the reference holds no 'fbank', so --audio must name the recording it was made from");
        }
        Spectrogram own = samples == null ? null : spectrogram(samples);
        if (own != null && fbank != null) {
            frontEnd(own, fbank);
        }
        try (TensorScope _ = new TensorScope()) {
            if (given) {
                compared.add(TensorComparison.FBANK);
                network(run(fbank), tolerance == null ? FROM_FBANK : tolerance, "", Set.of());
            }
            if (own != null) {
                Map<String, Tensor> seen =
                        Activations.of(encoder, Tensor.of(own.values(), 1, own.frames(), own.bins()));
                network(
                        seen,
                        tolerance == null ? FROM_RECORDING : tolerance,
                        given ? ", from the recording" : "",
                        given ? LAST : Set.of());
            }
        }
        if (differences.isEmpty()
                || compared.equals(Set.of(TensorComparison.FBANK))
                        && reference.tensors().size() > 1) {
            throw CommandException.input(
                    reference.origin() + ": no tensor has a name that this encoder gives: in the file are "
                            + reference.tensors().keySet()
                            + "; names are for instance patch_embed, block.0, final_tokens, cls, token_map");
        }
    }

    private Spectrogram spectrogram(float[] samples) {
        if (samples.length > spec.windowSamples()) {
            remarks.add("the recording is longer than a window of " + spec.windowSamples() / (double) spec.sampleRate()
                    + " s: its first window is compared");
        }
        return encoder.network().frontEnd().apply(samples);
    }

    private void frontEnd(Spectrogram own, ReferenceFeatures.Stored fbank) {
        compared.add(TensorComparison.FBANK);
        Shape shape = Shape.of(own.frames(), own.bins());
        differences.add(TensorComparison.of(TensorComparison.FBANK, own.values(), shape, fbank, FROM_RECORDING));
    }

    /** Runs the network on the reference's spectrogram. */
    private Map<String, Tensor> run(ReferenceFeatures.Stored fbank) {
        long[] sizes = TensorComparison.squeezed(fbank.shape());
        String problem = "the reference's fbank is " + fbank.shape();
        if (sizes.length != 2) {
            throw CommandException.input(problem + ", expected is [frames, bins] of one recording");
        }
        try {
            return Activations.of(encoder, Tensor.of(fbank.values(), 1, sizes[0], sizes[1]));
        } catch (IllegalArgumentException e) {
            throw CommandException.input(
                    problem + ", which the encoder does not take (" + e.getMessage()
                            + "): give the window of the reference with --frames " + sizes[0],
                    e);
        }
    }

    /** M2D's reference holds what is inside the network for the first chunk of the recording only. */
    private Map<String, Tensor> named(Map<String, Tensor> seen) {
        if (!reference.tensors().containsKey("first_chunk_tokens")) {
            return seen;
        }
        Map<String, Tensor> all = new LinkedHashMap<>(seen);
        String chunk = "chunk0.";
        seen.forEach((name, tensor) -> {
            if (name.startsWith(chunk)) {
                String own = name.substring(chunk.length());
                all.put(own.equals("tokens_out") ? "first_chunk_tokens" : own, tensor);
            }
        });
        return all;
    }

    private void network(Map<String, Tensor> given, double allowed, String suffix, Set<String> only) {
        Map<String, Tensor> seen = named(given);
        Shape grid = seen.get("token_map").shape();
        Map<String, ReferenceFeatures.Stored> wanted = new LinkedHashMap<>(reference.tensors());
        ReferenceFeatures.Stored single = reference.single(seen.keySet());
        if (single != null) {
            String file = wanted.keySet().iterator().next();
            wanted = Map.of(assume(single.shape(), grid), single);
            compared.add(file);
        }
        for (Map.Entry<String, Tensor> e : seen.entrySet()) {
            ReferenceFeatures.Stored stored = wanted.get(e.getKey());
            if (stored != null && (only.isEmpty() || only.contains(e.getKey()))) {
                compared.add(e.getKey());
                float[] values = e.getValue().toFloats();
                differences.add(TensorComparison.of(
                        e.getKey() + suffix, values, e.getValue().shape(), stored, allowed));
            }
        }
    }

    /** Infers what an unnamed array is from its size, and adds a remark. */
    private String assume(Shape shape, Shape grid) {
        long dim = grid.size(2);
        long patches = grid.size(0) * grid.size(1);
        int extra = spec.grid().extraTokens();
        long[] sizes = TensorComparison.squeezed(shape);
        String name = "";
        if (Arrays.equals(sizes, grid.toArray())) {
            name = "token_map";
        } else if (Arrays.equals(sizes, new long[] {patches + extra, dim})) {
            name = "final_tokens";
        } else if (Arrays.equals(sizes, new long[] {patches, dim})) {
            name = "patch_tokens";
        }
        if (name.isEmpty()) {
            throw CommandException.input(reference.origin() + ": is " + shape + ", but this encoder gives "
                    + (patches + extra)
                    + " tokens of " + dim + " for one window (" + (extra > 0 ? extra + " + " : "")
                    + grid.size(0) + " x " + grid.size(1) + "): another window (--frames), recording or model?");
        }
        String remark = "the array " + shape + " was taken as " + name;
        if (!remarks.contains(remark)) {
            remarks.add(remark);
        }
        return name;
    }

    /** Whether all compared tensors agree. */
    public boolean within() {
        return differences.stream().allMatch(TensorComparison::within);
    }

    /** Assumptions and omissions. */
    public List<String> remarks() {
        return remarks;
    }

    /** The name of the first tensor that differs; null if all agree. */
    private String first() {
        return differences.stream()
                .filter(d -> !d.within())
                .map(TensorComparison::tensor)
                .findFirst()
                .orElse(null);
    }

    /** Tensors of the reference that were not compared. */
    private List<String> unknown() {
        List<String> left = new ArrayList<>(reference.tensors().keySet());
        left.removeAll(compared);
        left.addAll(reference.unusable());
        return left;
    }

    /** The result, for JSON and the record. */
    public ObjectNode document() {
        return Json.object()
                .put("within", within())
                .put("first", first())
                .putPOJO("remarks", remarks)
                .putPOJO(
                        "tensors",
                        differences.stream().map(TensorComparison::document).toList())
                .putPOJO("notCompared", unknown());
    }

    /** Prints the same for a terminal. */
    public void print(PrintWriter o) {
        remarks.forEach(r -> o.println("note       " + r));
        o.println();
        ConsoleTable table = new ConsoleTable("tensor", "shape", "max diff", "mean diff", "allowed", "verdict");
        differences.forEach(d -> table.row(d.row()));
        table.print(o);
        o.println();
        if (!unknown().isEmpty()) {
            o.println("not compared, as this encoder gives nothing of that name: " + String.join(", ", unknown()));
        }
        o.println(
                first() != null
                        ? "First tensor that differs: " + first()
                        : differences.size() == 1 ? "It agrees." : "All " + differences.size() + " comparisons agree.");
    }
}

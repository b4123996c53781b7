package org.unmute.probes.pool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.models.encoder.TokenMap;
import org.unmute.tensor.Grad;
import org.unmute.tensor.Shape;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.TensorScope;
import org.unmute.tensor.backend.Backend;
import org.unmute.tensor.io.MalformedFileException;
import org.unmute.tensor.io.SafetensorsFile;
import org.unmute.tensor.io.SafetensorsWriter;
import org.unmute.tensor.op.Unary;

/**
 * A probe with all that scoring needs: class names, what its tokens were standardized by, and which encoder made them.
 * Saved as one safetensors file: parameters as {@code probe.NAME}, the rest in {@code standardization.*} and metadata.
 *
 * @param probe the probe
 * @param classes a name for each class, in the order of the logits
 * @param hasCls whether its tokens come with a cls token
 * @param singleLabel whether scores are a softmax, else a sigmoid for each class
 * @param standardization what tokens are standardized by before they reach the probe, or null
 * @param encoderHash hash of the encoder's weights and settings, or empty if not known
 * @param frontEndHash hash of the front end's settings, or empty if not known
 */
public record TrainedProbe(Probe probe, List<String> classes, boolean hasCls, boolean singleLabel,
        Standardization standardization, String encoderHash, String frontEndHash) {
    private static final String FORMAT = "unmute-probe-1";
    private static final String PARAMETER = "probe.";
    private static final String STANDARDIZATION = "standardization.";

    /** @throws IllegalArgumentException if the class names are not one each, different and free of control characters */
    public TrainedProbe {
        classes = List.copyOf(classes);
        if (classes.size() != probe.classes() || new HashSet<>(classes).size() != classes.size()) {
            throw new IllegalArgumentException("trained probe: needs " + probe.classes() + " different class names, got " + classes);
        }
        for (String c : classes) {
            if (c.isBlank() || c.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException("trained probe: class name '" + c.strip()
                        + "' is blank or has control characters");
            }
        }
        if (standardization != null && (standardization.dim() != probe.dim() || hasCls != (standardization.clsMean() != null))) {
            throw new IllegalArgumentException("trained probe: standardization is of dim " + standardization.dim()
                    + (standardization.clsMean() == null ? " without cls" : " with cls") + ", the probe of dim " + probe.dim()
                    + (hasCls ? " with cls" : " without cls"));
        }
    }

    /** Scores of one recording, {@code [classes]}, from its tokens as the encoder gave them. */
    public float[] scores(TokenMap map) {
        return scores(List.of(map))[0];
    }

    /**
     * Scores of recordings with equal grids, {@code [clips][classes]}, in [0, 1].
     *
     * @throws IllegalArgumentException if the token maps do not fit the probe or each other
     */
    public float[][] scores(List<TokenMap> maps) {
        List<TokenMap> standard = standardization == null ? maps : maps.stream().map(standardization::of).toList();
        try (TensorScope _ = new TensorScope()) {
            return scores(TokenBatch.of(backend(), standard));
        }
    }

    /**
     * Scores of a batch that is standardized already, {@code [clips][classes]}.
     *
     * @throws IllegalArgumentException if the batch does not fit the probe
     */
    public float[][] scores(TokenBatch batch) {
        float[] flat = Grad.withoutRecording(() -> {
            Tensor logits = probe.logits(batch);
            return (singleLabel ? logits.softmax(-1) : logits.unary(Unary.SIGMOID)).toFloats();
        });
        float[][] rows = new float[batch.size()][classes.size()];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(flat, i * classes.size(), rows[i], 0, classes.size());
        }
        return rows;
    }

    /**
     * What of a recording its scores rest on, as {@link Probe#similarityMap} says: {@code [prototypes or queries, time, freq]}.
     *
     * @throws UnsupportedOperationException if the probe does not weigh tokens
     */
    public Tensor similarityMap(TokenMap map) {
        TokenBatch batch = TokenBatch.of(backend(), List.of(standardization == null ? map : standardization.of(map)));
        return probe.similarityMap(batch).orElseThrow(() -> new UnsupportedOperationException("similarity map: probe "
                + probe.name() + " does not weigh tokens: use one with prototypes or attention, such as protobin")).select(0, 0);
    }

    /** The backend its parameters lie on. */
    public Backend backend() {
        return probe.parameters().values().iterator().next().backend();
    }

    /**
     * Writes the file; what was at the path before is replaced only once the new one is complete.
     *
     * @throws IOException if it cannot be written
     */
    public void save(Path path) throws IOException {
        SafetensorsWriter out = new SafetensorsWriter().metadata("format", FORMAT).metadata("probe", probe.name())
                .metadata("options", String.join("\n", probe.options().toString().split(" ")))
                .metadata("classes", String.join("\n", classes)).metadata("cls", Boolean.toString(hasCls))
                .metadata("single_label", Boolean.toString(singleLabel)).metadata("encoder_hash", encoderHash)
                .metadata("front_end_hash", frontEndHash);
        probe.parameters().forEach((name, p) -> out.add(PARAMETER + name, p.shape(), p.toFloats()));
        probe.buffers().forEach((name, b) -> out.add(PARAMETER + name, b.shape(), b.toFloats()));
        if (standardization != null) {
            columns(standardization).forEach((name, values) -> {
                if (values != null) {
                    out.add(STANDARDIZATION + name, Shape.of(values.length), values);
                }
            });
        }
        out.write(path);
    }

    private static Map<String, float[]> columns(Standardization s) {
        Map<String, float[]> columns = new LinkedHashMap<>();
        columns.put("token_mean", s.tokenMean());
        columns.put("token_deviation", s.tokenDeviation());
        columns.put("cls_mean", s.clsMean());
        columns.put("cls_deviation", s.clsDeviation());
        return columns;
    }

    /**
     * Reads a saved probe onto a backend.
     *
     * @throws MalformedFileException if it is no safetensors file
     * @throws IOException if it cannot be read or is no saved probe; the message says what is wrong
     */
    public static TrainedProbe load(Path path, Backend backend) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Map<String, String> about = file.metadata();
            if (!FORMAT.equals(about.get("format"))) {
                throw new IOException("trained probe: " + path + " is no probe of format " + FORMAT + ": its format is "
                        + about.get("format"));
            }
            try {
                return read(file, about, backend);
            } catch (IllegalArgumentException e) {
                throw new IOException("trained probe: " + path + ": " + e.getMessage(), e);
            }
        }
    }

    private static TrainedProbe read(SafetensorsFile file, Map<String, String> about, Backend backend) {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String name : file.names()) {
            if (name.startsWith(PARAMETER)) {
                parameters.put(name.substring(PARAMETER.length()),
                        Tensor.of(backend, file.floats(name), file.shape(name).toArray()));
            }
        }
        String options = text(about, "options");
        boolean cls = flag(about, "cls");
        Probe probe = Probes.of(text(about, "probe"), parameters, cls,
                options.isEmpty() ? ProbeOptions.DEFAULTS : ProbeOptions.parse(options.split("\n")));
        Standardization standardization = null;
        if (file.has(STANDARDIZATION + "token_mean")) {
            List<float[]> columns = new ArrayList<>();
            for (String name : List.of("token_mean", "token_deviation", "cls_mean", "cls_deviation")) {
                columns.add(file.has(STANDARDIZATION + name) ? file.floats(STANDARDIZATION + name) : null);
            }
            if (columns.get(1) == null) {
                throw new IllegalArgumentException("standardization.token_deviation is missing");
            }
            standardization = new Standardization(columns.get(0), columns.get(1), columns.get(2), columns.get(3));
        }
        return new TrainedProbe(probe, List.of(text(about, "classes").split("\n")), cls, flag(about, "single_label"),
                standardization, text(about, "encoder_hash"), text(about, "front_end_hash"));
    }

    private static String text(Map<String, String> about, String key) {
        String value = about.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the metadata has no " + key);
        }
        return value;
    }

    private static boolean flag(Map<String, String> about, String key) {
        return switch (text(about, key)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("the metadata's " + key + " is neither true nor false: " + about.get(key));
        };
    }
}

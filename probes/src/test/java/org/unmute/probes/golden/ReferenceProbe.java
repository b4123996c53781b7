package org.unmute.probes.golden;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.opentest4j.AssertionFailedError;
import org.unmute.probes.pool.Probe;
import org.unmute.probes.pool.ProbeChecks;
import org.unmute.probes.pool.ProbeOptions;
import org.unmute.probes.pool.Probes;
import org.unmute.tensor.Tensor;

/**
 * A probe in a reference file: its name and parameter names in this project, and the options of the main case and of
 * each stored variant.
 *
 * @param name name of the probe in this project
 * @param options options of the main case, according to the index
 * @param stored maps each parameter name to its name in the file
 * @param parameters parameters of the main case, by their names in this project
 */
record ReferenceProbe(String name, ProbeOptions options, Map<String, String> stored, Map<String, Tensor> parameters) {
    /** The probe of a case, whose keys begin with {@code at}. */
    static ReferenceProbe of(Arithmetic a, ReferenceFile file, String at) {
        String name = name(file.entry(), at);
        String prefix = at + "param.";
        Map<String, String> stored = new LinkedHashMap<>();
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String key : file.file().names()) {
            if (key.startsWith(prefix)) {
                String theirs = key.substring(prefix.length());
                String own = file.entry().has("options") // stored under this project's names
                        ? theirs
                        : theirs.startsWith("pool.")
                                ? theirs.substring("pool.".length())
                                : theirs.contains(".") || theirs.contains("_") ? theirs : "fc." + theirs;
                stored.put(own, theirs);
                parameters.put(own, file.read(a, key));
            }
        }
        return new ReferenceProbe(name, options(name, file, at), stored, parameters);
    }

    /** The name of a case's probe. In a file of "several" probes, each case begins with the name of its probe. */
    static String name(JsonNode entry, String at) {
        String named = entry.path("probe").asText();
        return (named.equals("several") ? at.substring(0, at.indexOf('_')) : named).replace('_', '-');
    }

    /** The options that the index states, {@code "options": "heads=4 norm=batch"}, or that its equation implies. */
    private static ProbeOptions options(String name, ReferenceFile file, String at) {
        if (file.entry().has("options")) {
            return ProbeChecks.parse(file.entry().path("options").asText());
        }
        return switch (name) {
            case "mhca" ->
                ProbeOptions.DEFAULTS.with(
                        "heads", file.file().shape(at + "out.attn").size(1));
            case "linearc-freqconcat" ->
                ProbeOptions.DEFAULTS.with(
                        "freq", file.entry().path("dims").path("F").asInt());
            case "proto" -> ProbeOptions.DEFAULTS.with("focal", true).with("upsample", 2);
            default -> ProbeOptions.DEFAULTS;
        };
    }

    /** The probe of the main case. */
    Probe probe() {
        return Probes.of(name, parameters, true, options);
    }

    /** The probe of a stored variant. A variant that only uses the main case's probe differently gets that probe. */
    Probe variant(Arithmetic a, ReferenceFile file, String variant) {
        Map<String, Tensor> given = new LinkedHashMap<>(parameters);
        stored.forEach((own, theirs) -> {
            String key = "variant." + variant + "." + theirs;
            if (file.has(key)) {
                given.put(own, file.read(a, key));
            }
        });
        ProbeOptions changed = changed(variant);
        if (variant.endsWith("bn_train")) {
            long channels =
                    file.file().shape("variant." + variant + ".descriptor").size(1);
            given.put(
                    "bn.running_mean",
                    Tensor.of(a.backend(), new float[(int) channels], channels).cast(a.dtype()));
            given.put(
                    "bn.running_var",
                    Tensor.of(a.backend(), new float[(int) channels], channels)
                            .cast(a.dtype())
                            .plus(1));
        }
        return Probes.of(name, given, !variant.equals("gap"), changed);
    }

    private ProbeOptions changed(String variant) {
        if (variant.matches("gamma\\d+p\\d+")) {
            return options.with("gamma", variant.substring("gamma".length()).replace('p', '.'))
                    .with("minimum", "batch");
        }
        if (variant.matches("topk\\d+|dropout|frame_wise|gap")) {
            return options;
        }
        return switch (name + " " + variant) {
            case "mlp relu" -> options.with("activation", "relu");
            case "conv gelu_mean" -> options.with("activation", "gelu");
            case "conv relu_max" -> options.with("pool", "max");
            case "conv linear_mean" -> options.with("activation", "none");
            case "linpre mean", "linpre logsumexp" -> options.with("pool", variant);
            case "mhca aim_bn_train" -> options.with("token-norm", "batch");
            case "ep bn_train", "simpool bn_train", "abmilp bn_train" -> options.with("norm", "batch");
            case "abmilp-sa sa_map" -> options.with("values", "raw");
            case "proto plain" -> ProbeOptions.DEFAULTS;
            case "proto focal_identity" -> options.with("upsample", 1);
            case "proto scrambled_grid" -> ProbeOptions.parse("preset=birdmae");
            case "proto dense_nonneg" -> options.with("connection", "all");
            case "cgp patch_avg" -> options.with("middle", "mean");
            default -> throw new AssertionFailedError("no option of probe " + name + " for variant " + variant);
        };
    }
}

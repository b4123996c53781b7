package org.unmute.models.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.Activations;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.LayerNorm;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * A folder of reference numbers for one encoder.
 *
 * @param folder where it is
 * @param config its {@code config.json}
 */
record GoldenEncoder(Path folder, JsonNode config) {
    /** Stored tensors of the front end and of tables, which have tests of their own, and what no encoder computes. */
    private static final Set<String> ELSEWHERE = Set.of(
            "fbank",
            "fbank_raw",
            "mel_power",
            "mel_db", // MelSpectrogramGoldenTest
            "rel_bucket", // RelativePositionsTest
            // Audio-MAE's table of positions, which is loaded and not computed: AudioMaeTest
            "sincos_pos_embed",
            "pos_embed_first_20_rows",
            "pos_embed_last_row",
            // ASiT: the teacher is the encoder, the student is not used
            "student.final_tokens");

    static GoldenEncoder read(Path folder) throws IOException {
        JsonNode config =
                new ObjectMapper().readTree(folder.resolve("config.json").toFile());
        if (!config.path("encoder").isTextual()) {
            throw new IOException(folder + ": config.json states no \"encoder\"");
        }
        return new GoldenEncoder(folder, config);
    }

    static boolean isComparedElsewhere(String tensor) {
        return ELSEWHERE.contains(tensor);
    }

    private String model() {
        String name = config.get("encoder").asText();
        return name.endsWith("_ft") ? name.substring(0, name.length() - 3) : name;
    }

    /** Fails where the folder is of an encoder that nothing here computes. */
    void requireKnown() {
        if (Encoders.find(model()).isEmpty()) {
            throw new AssertionError(folder + ": no encoder is called '" + model() + "', known are "
                    + Encoders.providers().stream().map(EncoderProvider::name).toList()
                    + ": correct \"encoder\" in config.json, add the encoder, or take the folder away");
        }
    }

    /** The checkpoint in the authors' own layout and its safetensors forms. */
    List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> {
                        String name = f.getFileName().toString();
                        return name.startsWith("checkpoint.")
                                || name.startsWith("model") && name.endsWith(".safetensors");
                    })
                    .sorted()
                    .toList();
        }
    }

    /** What the checkpoint does not hold. */
    EncoderSettings settings() {
        Map<String, String> cfg = new LinkedHashMap<>();
        config.path("cfg")
                .properties()
                .forEach(e -> cfg.put(e.getKey(), e.getValue().asText()));
        if (config.has("stride_freq_time")) {
            cfg.put("fstride", config.get("stride_freq_time").get(0).asText());
            cfg.put("tstride", config.get("stride_freq_time").get(1).asText());
        }
        EncoderSettings settings = EncoderSettings.AUTHORS.withModel(model()).withConfig(cfg);
        if (config.has("target_length") && !model().equals("dasheng")) {
            settings = settings.withFrames(config.get("target_length").asInt());
        }
        if (config.has("norm_mean")) {
            settings = settings.withNorm(
                    config.get("norm_mean").asDouble(), config.get("norm_std").asDouble());
        }
        if (config.has("sample_rate")) {
            settings = settings.withSampleRate(config.get("sample_rate").asInt());
        }
        for (String key : List.of("heads", "num_heads")) {
            settings = config.has(key) ? settings.withHeads(config.get(key).asInt()) : settings;
        }
        return settings;
    }

    /** What the reference derives from the tensors of a pass of Audio-MAE. */
    void addDerived(Encoder encoder, Map<String, Tensor> seen) {
        if (!model().equals("audiomae")) {
            return;
        }
        int depth = encoder.describe().depth();
        int dim = encoder.describe().dim();
        Tensor last = seen.get("block." + (depth - 1));
        float[] ones = new float[dim];
        Arrays.fill(ones, 1);
        Tensor pooled = last.slice(1, 1, last.size(1) - 1).mean(false, 1);
        seen.put(
                "finetune_pooled_fc_norm_identity",
                pooled.layerNorm(Tensor.of(ones, dim), Tensor.of(new float[dim], dim), Vit.EPS));
        int from = config.path("contextual_depth").asInt() + 1;
        LayerNorm norm = ((Vit.Network) encoder.network()).vit().norm();
        if (norm != null && from < depth) {
            Tensor sum = norm.apply(last);
            for (int i = from; i < depth - 1; i++) {
                sum = sum.plus(norm.apply(seen.get("block." + i)));
            }
            seen.put("mean_of_normed_last_blocks", sum.times(1.0 / (depth - from)));
        }
    }

    /**
     * What entered the authors' network; where the folder does not store it, what our front end makes of the recording.
     */
    Tensor input(SafetensorsFile expected, Encoder encoder) throws IOException {
        if (expected.has("mel_db")) {
            return transposed(
                    expected.floats("mel_db"),
                    expected.shape("mel_db").dim(-2),
                    expected.shape("mel_db").dim(-1));
        }
        if (!expected.has("fbank")) {
            Spectrogram own = encoder.network().frontEnd().apply(recording());
            return Tensor.of(own.values(), 1, own.frames(), own.bins());
        }
        int[] dims = expected.shape("fbank").rank() == 3 ? new int[] {1, 2} : new int[] {0, 1};
        return Tensor.of(
                expected.floats("fbank"),
                1,
                expected.shape("fbank").dim(dims[0]),
                expected.shape("fbank").dim(dims[1]));
    }

    /** {@code [bins, frames]} to {@code [1, frames, bins]}. */
    private static Tensor transposed(float[] x, int bins, int frames) {
        return Tensor.of(x, 1, bins, frames).transpose(1, 2).copy();
    }

    /** The recording of the reference. */
    float[] recording() throws IOException {
        float[] samples = Wav.read(Golden.require(config.get("wav").asText())).samples();
        return config.has("wav_samples")
                ? Arrays.copyOf(
                        samples,
                        Math.min(samples.length, config.get("wav_samples").asInt()))
                : samples;
    }

    /** Runs the network and collects every tensor under the name the reference uses. */
    static Map<String, Tensor> run(Encoder encoder, Tensor input) {
        return new LinkedHashMap<>(Activations.of(encoder, input));
    }
}

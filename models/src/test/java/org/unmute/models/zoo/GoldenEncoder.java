package org.unmute.models.zoo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unmute.audio.Wav;
import org.unmute.kernels.contract.golden.EncoderConfig;
import org.unmute.kernels.contract.golden.Golden;
import org.unmute.models.encoder.Activations;
import org.unmute.models.encoder.Encoder;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.EncoderSettings;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.frontend.Spectrogram;
import org.unmute.models.vit.LayerNorm;
import org.unmute.models.vit.TransformerBlock;
import org.unmute.tensor.Tensor;
import org.unmute.tensor.io.SafetensorsFile;

/**
 * A folder of reference numbers for one encoder.
 *
 * @param folder where it is
 * @param config its {@code config.json}
 * @param stated what that says and the checkpoint does not hold
 */
record GoldenEncoder(Path folder, JsonNode config, EncoderConfig stated) {
    /** Stored tensors of the front end and of tables, which have separate tests, and what no encoder computes. */
    private static final Set<String> ELSEWHERE = Set.of(
            "fbank",
            "fbank_raw",
            "mel_power",
            "mel_db", // MelSpectrogramGoldenTest, MelFrontEndsGoldenTest
            "log_mel",
            "spec",
            "minmax",
            // Detectors of PretrainedSED: the head that the authors do not train, and the median filter (events)
            "weak_logits",
            "strong_median9",
            "rel_bucket", // RelativePositionsTest
            // Audio-MAE's table of positions, which is loaded and not computed: AudioMaeTest
            "sincos_pos_embed",
            "pos_embed_first_20_rows",
            "pos_embed_last_row",
            // ASiT: the teacher is the encoder, the student is not used
            "student.final_tokens");

    static GoldenEncoder read(Path folder) throws IOException {
        EncoderConfig stated = EncoderConfig.read(folder);
        return new GoldenEncoder(
                folder,
                new ObjectMapper().readTree(folder.resolve("config.json").toFile()),
                stated);
    }

    static boolean isComparedElsewhere(String tensor) {
        return ELSEWHERE.contains(tensor) || tensor.startsWith("long."); // a longer recording: BatTest
    }

    private String model() {
        return stated.model();
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
                                || name.equals("checkpoint_trainer.pt")
                                || name.startsWith("model") && name.endsWith(".safetensors");
                    })
                    .sorted()
                    .toList();
        }
    }

    /** What the checkpoint does not hold. */
    EncoderSettings settings() {
        return EncoderSettings.AUTHORS
                .withModel(stated.model())
                .withConfig(stated.entries())
                .withFrames(stated.frames())
                .withNorm(stated.mean(), stated.std())
                .withSampleRate(stated.rate())
                .withHeads(stated.heads());
    }

    /** What the reference derives from the tensors of a pass, or calls otherwise. */
    void addDerived(Encoder encoder, Map<String, Tensor> seen) {
        switch (model()) {
            case "audiomae" -> addAudioMae(encoder, seen);
            case "m2d" -> addM2d(encoder, seen);
            case "ced" -> seen.put("prob", seen.get("probs"));
            case "atst_frame" -> {
                LayerNorm norm = ((ChunkedVit) encoder.network()).vit().norm();
                Tensor[] normed = IntStream.range(0, encoder.describe().depth())
                        .mapToObj(i -> norm.apply(seen.get("block." + i)))
                        .toArray(Tensor[]::new);
                seen.put("all_blocks_normed_concat", Tensor.concat(2, normed));
            }
            case "bat" -> {
                TransformerBlock first =
                        ((ChunkedVit) encoder.network()).vit().trunk().blocks().getFirst();
                seen.put("block.0.gate", first.attention().passing(seen.get("pre_norm_out")));
                seen.put("block.0.attn_out", seen.get("attn_out.0"));
                seen.put("cls_layers", clsOfLayers(encoder, seen));
            }
            case "ssast_patch", "ssast_frame" ->
                seen.put("avgtok", seen.get("patch_tokens").meanKeepingAxes(0));
            case "beats_strong", "asit_strong", "atst_strong", "m2d_strong" -> addStrong(encoder, seen);
            default -> {
                // Nothing is derived.
            }
        }
    }

    /** The head's sequence, its frames and its logits; what the trace calls otherwise. */
    private void addStrong(Encoder encoder, Map<String, Tensor> seen) {
        Tensor out = seen.get("final_tokens");
        Tensor sequence = out;
        if (model().equals("m2d_strong")) {
            long dim = out.size(2);
            seen.put("backbone_out", out);
            sequence = out.slice(1, 1, out.size(1) - 1)
                    .reshape(1, 5, (out.size(1) - 1) / 5, dim)
                    .transpose(1, 2)
                    .reshape(1, (out.size(1) - 1) / 5, 5 * dim);
        }
        seen.put("sequence", sequence);
        seen.put("pooled", PretrainedSed.frames(sequence));
        Tensor entering = seen.get(
                switch (model()) {
                    case "beats_strong" -> "encoder_layer_norm";
                    case "atst_strong" -> "tokens_with_pos";
                    default -> Vit.WITH_CLS;
                });
        seen.put("tokens_entering_block0", entering);
        if (model().equals("asit_strong")) {
            Vit vit = PretrainedSed.asitOf(encoder.network());
            seen.put("pos_embed_interpolated", vit.positions());
        }
    }

    /** The class token after each block, {@code [depth, dim]}. */
    static Tensor clsOfLayers(Encoder encoder, Map<String, Tensor> seen) {
        return Tensor.concat(
                0,
                IntStream.range(0, encoder.describe().depth())
                        .mapToObj(i -> seen.get("block." + i).select(1, 0))
                        .toArray(Tensor[]::new));
    }

    /** The reference names the tensors of the first chunk, and three forms of the result. */
    private static void addM2d(Encoder encoder, Map<String, Tensor> seen) {
        Map<String, Tensor> first = new LinkedHashMap<>();
        seen.forEach((name, tensor) -> {
            if (name.startsWith("chunk0.")) {
                first.put(name.substring("chunk0.".length()), tensor);
            }
        });
        seen.putAll(first);
        seen.put("first_chunk_tokens", seen.get("chunk0." + ChunkedVit.OUTPUT));
        int freq = encoder.describe().freq();
        List<Tensor> flat = new ArrayList<>();
        List<Tensor> average = new ArrayList<>();
        for (int i = 0; seen.containsKey("chunk" + i + "." + ChunkedVit.OUTPUT); i++) {
            Tensor all = seen.get("chunk" + i + "." + ChunkedVit.OUTPUT);
            Tensor own = all.slice(1, 1, all.size(1) - 1);
            flat.add(own);
            average.add(own.reshape(1, freq, own.size(1) / freq, own.size(2)).mean(1));
        }
        seen.put("features_flat", Tensor.concat(1, flat.toArray(Tensor[]::new)));
        seen.put("features_flat_time_avg", Tensor.concat(1, average.toArray(Tensor[]::new)));
        Tensor map = seen.get("token_map");
        seen.put("features_stacked", map.reshape(1, map.size(0), map.size(1) * map.size(2)));
    }

    private void addAudioMae(Encoder encoder, Map<String, Tensor> seen) {
        int depth = encoder.describe().depth();
        int dim = encoder.describe().dim();
        Tensor last = seen.get("block." + (depth - 1));
        float[] ones = new float[dim];
        Arrays.fill(ones, 1);
        Tensor pooled = last.slice(1, 1, last.size(1) - 1).mean(1);
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
        if (expected.has("spec") && model().equals("bat")) {
            return Tensor.of(
                    expected.floats("spec"),
                    1,
                    expected.shape("spec").dim(-2),
                    expected.shape("spec").dim(-1));
        }
        if (expected.has("spec")) {
            return transposed(
                    expected.floats("spec"),
                    expected.shape("spec").dim(-2),
                    expected.shape("spec").dim(-1));
        }
        if (expected.has("fbank_raw") && model().startsWith("mae_ast")) {
            Map<String, Object> settings = encoder.network().frontEnd().settings();
            double std = 2 * ((Number) settings.get("std")).doubleValue();
            double mean = ((Number) settings.get("mean")).doubleValue();
            return Tensor.of(
                            expected.floats("fbank_raw"),
                            1,
                            expected.shape("fbank_raw").dim(0),
                            expected.shape("fbank_raw").dim(1))
                    .affine(1 / std, -mean / std);
        }
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

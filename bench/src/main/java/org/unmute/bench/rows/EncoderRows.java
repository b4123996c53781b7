package org.unmute.bench.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.unmute.models.checkpoint.RecipeCheckpoint;
import org.unmute.tensor.Shape;

/** Rows of whole encoders, from a WAV file of 10 s to patch tokens, and of the front end alone. */
public final class EncoderRows {
    /** Sample rate of the recording and of the encoders: nothing is resampled. */
    static final int RATE = 16_000;

    static final int SECONDS = 10;
    /** Name of the recording in a case's folder. */
    static final String WAV = "clip.wav";

    private static final int MEL = 128;
    private static final long SEED = 7;
    /**
     * For tokens after twelve blocks. The smallest log energies differ most: our fbank is computed in float64,
     * torchaudio's in float32.
     */
    static final double TOKEN_TOLERANCE = 1e-2;

    private static final double FBANK_TOLERANCE = 1e-2;

    private EncoderRows() {}

    /**
     * An encoder of base size.
     *
     * @param name of its family
     * @param title in words
     * @param tokens of the recording, including the class token if there is one
     * @param shapes of its tensors
     */
    private record Model(String name, String title, int tokens, Map<String, Shape> shapes) {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        List<Model> models = List.of(
                new Model("eat", "EAT", 513, ModelShapes.eat()),
                new Model("beats", "BEATs with its position bias", 496, ModelShapes.beats()),
                new Model("dasheng", "Dasheng", 250, ModelShapes.dasheng()));
        for (Model model : models) {
            rows.add(new Row(
                    "wav-" + model.name() + "-t2",
                    model.title() + " base, 10 s WAV to tokens",
                    2,
                    KernelRows.forwardGflop(1, model.tokens()),
                    0,
                    List.of("pytorch", "torch-debian"),
                    true,
                    folder -> writeEncoder(folder, model.name(), model.shapes()),
                    Row.within(TOKEN_TOLERANCE)));
        }
        for (int threads = 2; threads >= 1; threads--) {
            rows.add(new Row(
                    "fbank-t" + threads,
                    "fbank, 10 s clip, 128 bands",
                    threads,
                    0,
                    0,
                    List.of("pytorch", "torch-debian"),
                    true,
                    EncoderRows::writeFbank,
                    Row.within(FBANK_TOLERANCE)));
        }
        return rows;
    }

    /** A case of an encoder: weights, recording, and the recording's samples for a peer that reads no files. */
    static void writeEncoder(Path folder, String name, Map<String, Shape> shapes) throws IOException {
        recording(new CaseWriter(folder, "encoder")
                        .field("encoder", name)
                        .field("wav", WAV)
                        .field("dim", KernelRows.DIM)
                        .field("heads", KernelRows.HEADS)
                        .field("depth", KernelRows.DEPTH))
                .model(RecipeCheckpoint.of(name, true, SEED, shapes, Map.of()))
                .write();
    }

    private static void writeFbank(Path folder) throws IOException {
        recording(new CaseWriter(folder, "fbank").field("rate", RATE).field("mel", MEL))
                .write();
    }

    private static CaseWriter recording(CaseWriter writer) throws IOException {
        return writer.recording(WAV, CaseWriter.sound(SEED, SECONDS * RATE, RATE), RATE);
    }
}

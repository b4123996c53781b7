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
    /** Sample rate of the recording and of the encoders, so that nothing is resampled. */
    static final int RATE = 16_000;

    static final int SECONDS = 10;
    /** Name of the recording in a case's folder. */
    static final String WAV = "clip.wav";

    private static final int MEL = 128;
    private static final long SEED = 7;
    /**
     * Tolerance for tokens after twelve blocks and for the fbank. The smallest log energies differ most: the fbank of
     * this engine is computed in float64, that of torchaudio in float32.
     */
    private static final double TOLERANCE = 1e-2;

    private EncoderRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>(List.of(
                encoder("eat", "EAT", 513, ModelShapes.eat()),
                encoder("beats", "BEATs with its position bias", 496, ModelShapes.beats()),
                encoder("dasheng", "Dasheng", 250, ModelShapes.dasheng()),
                alone("bat", "BAT", 505, ModelShapes.bat()),
                alone("ced", "CED", 248, ModelShapes.ced()),
                alone("m2d", "M2D", 311, ModelShapes.m2d()),
                alone("atst-frame", "ATST-Frame", 250, ModelShapes.atstFrame()),
                alone("ssast", "SSAST, 16 x 16", 514, ModelShapes.ssast())));
        for (int threads = 2; threads >= 1; threads--) {
            String title = "fbank, 10 s clip, 128 bands";
            rows.add(Row.of("fbank-t" + threads, title, threads, 0, Row.TORCHES, EncoderRows::writeFbank, agreement()));
        }
        return rows;
    }

    private static Row.Agreement agreement() {
        return Row.within(TOLERANCE);
    }

    /** A row without peers, to compare encoders with each other. */
    private static Row alone(String name, String title, int tokens, Map<String, Shape> shapes) {
        Row row = encoder(name, title, tokens, shapes);
        return Row.of(row.id(), row.title(), row.threads(), row.gflop(), List.of(), row.files(), row.agreement());
    }

    /** @param tokens of the recording, including the class token if there is one */
    private static Row encoder(String name, String title, int tokens, Map<String, Shape> shapes) {
        String words = title + " base, 10 s WAV to tokens";
        double gflop = KernelRows.forwardGflop(1, tokens, KernelRows.DEPTH);
        Row.CaseFiles files = folder -> writeEncoder(folder, name, shapes);
        return Row.of("wav-" + name + "-t2", words, 2, gflop, Row.TORCHES, files, agreement());
    }

    /** Writes the case of an encoder: weights, recording, and the samples for a peer that reads no files. */
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
        CaseWriter fbank = new CaseWriter(folder, "fbank").field("rate", RATE).field("mel", MEL);
        recording(fbank).write();
    }

    private static CaseWriter recording(CaseWriter writer) throws IOException {
        return writer.recording(WAV, CaseWriter.sound(SEED, SECONDS * RATE, RATE), RATE);
    }
}

package org.unmute.data.set;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.audio.Wav;
import org.unmute.data.Part;

/** The folder of a data set that a test creates. */
record Tree(Path root) {
    private static final int RATE = 1000;

    /** Writes a text file. */
    Path text(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes recordings of a hundredth of a second. */
    Tree wav(String... files) throws IOException {
        for (String file : files) {
            wav(file, 0.01);
        }
        return this;
    }

    /** Writes a recording of a given length. */
    Path wav(String file, double seconds) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        float[] samples = new float[(int) Math.round(seconds * RATE)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (i % 7 - 3) / 8f;
        }
        Wav.write(path, samples, RATE);
        return path;
    }

    /** Reads a part. */
    Reading read(String dataset, Part part) throws IOException {
        return read(dataset, part, ReadOptions.DEFAULT);
    }

    Reading read(String dataset, Part part, ReadOptions options) throws IOException {
        return Datasets.byName(dataset).read(root, part, options);
    }

    /** Lines "id: label;label" of a reading. */
    static java.util.List<String> lines(Reading reading) {
        return reading.manifest().clips().stream()
                .map(c -> c.file() + ": " + String.join(";", c.labels()))
                .toList();
    }
}

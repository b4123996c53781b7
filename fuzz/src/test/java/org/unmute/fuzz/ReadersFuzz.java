package org.unmute.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.fuzz.format.SeedFiles;
import org.unmute.fuzz.format.Targets;

/**
 * Fuzzes the target that the system property {@code unmute.fuzz.target} names, by default all in one process. {@code
 * fuzz/fuzz} and the full build start it; other builds run the inputs that it found ({@link FoundInputsTest}).
 */
class ReadersFuzz {
    private static final String TARGET = System.getProperty("unmute.fuzz.target", MixedInput.NAME);

    @TempDir
    static Path folder;

    private static Bounds bounds;

    @BeforeAll
    static void open() throws IOException {
        bounds = new Bounds(folder.resolve("inputs"));
    }

    static List<byte[]> seeds() throws IOException {
        SeedFiles files = new SeedFiles(SourceTree.root(), Files.createDirectories(folder.resolve("made")));
        return TARGET.equals(MixedInput.NAME)
                ? MixedInput.seeds(files)
                : Targets.named(TARGET).seeds().contents(files);
    }

    /** Any throwable is a finding. */
    @MethodSource("seeds")
    @FuzzTest
    void isAcceptedOrRefusedAsDocumented(byte[] input) throws IOException {
        if (TARGET.equals(MixedInput.NAME)) {
            MixedInput.check(bounds, input);
        } else {
            bounds.check(Targets.named(TARGET), input);
        }
    }
}

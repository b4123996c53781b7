package org.unmute.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.unmute.fuzz.format.Targets;

/** Inputs that the fuzzer found, each named after the reader's misbehaviour: {@code found/TARGET/WHAT}. */
class FoundInputsTest {
    private static final Path FOUND = SourceTree.root().resolve("fuzz/src/test/resources/found");

    @TempDir
    Path folder;

    private static List<Arguments> inputs() throws IOException {
        List<Arguments> all = new ArrayList<>();
        try (Stream<Path> files = Files.walk(FOUND)) {
            for (Path file : files.filter(
                            f -> Files.isRegularFile(f) && !f.getParent().equals(FOUND))
                    .sorted()
                    .toList()) {
                all.add(Arguments.of(
                        file.getParent().getFileName().toString(),
                        file.getFileName().toString()));
            }
        }
        return all;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("inputs")
    void isAcceptedOrRefusedAsDocumented(String target, String input) throws IOException {
        try (Bounds bounds = new Bounds(folder.resolve("b"))) {
            bounds.check(
                    Targets.named(target),
                    Files.readAllBytes(FOUND.resolve(target).resolve(input)));
        }
    }

    @Test
    void theFoldersAreThoseOfTargets() throws IOException {
        try (Stream<Path> folders = Files.list(FOUND).filter(Files::isDirectory)) {
            assertThat(folders.map(f -> f.getFileName().toString())).isSubsetOf(Targets.names());
        }
    }
}

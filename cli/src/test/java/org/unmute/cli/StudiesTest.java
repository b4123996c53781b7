package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.cli.console.ExitCode;
import org.unmute.files.Sha256;

/** The programs of {@code bench/study} are started from source, so nothing else compiles them. */
class StudiesTest {
    @TempDir
    static Path classes;

    @BeforeAll
    static void theProgramsOfStudiesCompile() throws IOException {
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", Java.joined(Java.path())));
        try (Stream<Path> files = Files.list(Checkout.root().resolve("bench/study"))) {
            files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().forEach(arguments::add);
        }
        assertThat(arguments).hasSizeGreaterThan(10);
        StringWriter out = new StringWriter();
        PrintWriter to = new PrintWriter(out);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(to, to, arguments.toArray(String[]::new));
        assertThat(status).as(out.toString()).isZero();
    }

    /** Tables in pages were made from these hours, so they must not change. */
    @Test
    void sparseHoursAreTheSameAsEver(@TempDir Path out) throws Exception {
        String path = classes + File.pathSeparator + Java.joined(Java.path());
        Java.run(
                        out,
                        Map.of(),
                        List.of("-cp", path, "org.unmute.data.scene.SparseHours", ".", "1", "60", "300", "test=1"))
                .endsWith(ExitCode.OK);
        assertThat(Sha256.of(out.resolve("test/000000.wav")))
                .isEqualTo("e36bff982142596cfc80a0aaef5b492d16152f9962e6b6b756bc03cb3de7d1d4");
        assertThat(Sha256.of(out.resolve("test-events.tsv")))
                .isEqualTo("5c958c98d0e1ecb4e7517c4ee47be74b0410d982986fa4e6e4092d5f61aa6402");
        assertThat(Files.readAllLines(out.resolve("sources.csv"))).hasSizeGreaterThan(20);
        assertThat(Files.readAllLines(out.resolve("manifest.csv"))).hasSize(2);
    }
}

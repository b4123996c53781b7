package org.unmute.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs of {@code bench/study} are started from source, so nothing else compiles them. */
class StudiesTest {
    @Test
    void theProgramsOfStudiesCompile(@TempDir Path classes) throws IOException {
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
}

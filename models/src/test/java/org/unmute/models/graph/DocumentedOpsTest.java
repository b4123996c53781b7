package org.unmute.models.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/graphs.md} names the ops that are computed; {@code -Dunmute.ops=write} writes the list anew. */
class DocumentedOpsTest {
    private static final String HEADING = "## Ops\n\n";

    private static Path page() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("docs/graphs.md"))) {
            at = at.getParent();
        }
        return at.resolve("docs/graphs.md");
    }

    /** A row for each op: its attributes, and the outputs. */
    private static String table() {
        StringBuilder rows = new StringBuilder("| op | attributes |\n|---|---|\n");
        GraphOps.all()
                .forEach((name, rule) -> rows.append("| ")
                        .append(name)
                        .append(" | ")
                        .append(String.join(
                                ", ", rule.attributes().stream().sorted().toList()))
                        .append(" |\n"));
        return rows.toString();
    }

    @Test
    void thePageNamesAllOps() throws IOException {
        String text = Files.readString(page());
        int at = text.indexOf(HEADING) + HEADING.length();
        int end = text.indexOf("\n## ", at);
        String after = end < 0 ? "" : text.substring(end);
        if ("write".equals(System.getProperty("unmute.ops"))) {
            Files.writeString(page(), text.substring(0, at) + table() + after);
        } else {
            assertThat(text.substring(at, end < 0 ? text.length() : end)).isEqualTo(table());
        }
    }
}

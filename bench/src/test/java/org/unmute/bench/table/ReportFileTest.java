package org.unmute.bench.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
    @TempDir
    private Path folder;

    @Test
    void theTableIsReplacedAndTheRestStays() throws IOException {
        Path file = Files.writeString(folder.resolve("r.md"), "# Head\n\nby hand\n");
        ReportFile.write(file, "first\n");
        Files.writeString(file, Files.readString(file) + "\n## GPU\nfigures\n");
        ReportFile.write(file, "second\n");
        assertThat(Files.readString(file)).isEqualTo("""
            # Head

            by hand

            <!-- unmute bench: table begins -->
            second
            <!-- unmute bench: table ends -->

            ## GPU
            figures
            """);
    }

    @Test
    void aFileThatIsNotThereIsMade() throws IOException {
        Path file = folder.resolve("new.md");
        ReportFile.write(file, "x");
        assertThat(Files.readString(file)).startsWith("# Measurements\n\n<!-- unmute bench: table begins -->\nx\n");
    }

    @Test
    void aTableWithoutEndIsNotGuessed() throws IOException {
        Path file = Files.writeString(folder.resolve("r.md"), "a\n<!-- unmute bench: table begins -->\nb");
        assertThatThrownBy(() -> ReportFile.write(file, "x"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not end");
    }
}

package org.unmute.kernels.vector.tile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class TileSourceTest {
    private static final Path FOLDER = Path.of("src/main/java/org/unmute/kernels/vector/tile");

    @Test
    void theTilesInTheSourceTreeAreAsGenerated() throws IOException {
        for (TileSource tile : TileSource.all()) {
            Path file = FOLDER.resolve(tile.name() + ".java");
            String text = tile.text();
            if (Boolean.getBoolean("unmute.tiles.write")) {
                Files.writeString(file, text);
            }
            assertThat(Files.readString(file))
                    .as("%s; write it anew with -Dunmute.tiles.write=true", file)
                    .isEqualTo(text);
        }
    }
}

package org.unmute.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unmute.files.FolderLock;

class CampaignTest {
    @TempDir
    Path state;

    @Test
    void twoDoNotShareAStateFolder() throws IOException {
        StringWriter out = new StringWriter();
        try (FolderLock _ = FolderLock.acquire(state, FolderLock.NAME)) {
            int status = Campaign.run(new PrintWriter(out), "--state", state.toString(), "--seconds", "1", "npy");
            assertThat(status).isEqualTo(3);
        }
        assertThat(out.toString()).isEmpty();
        assertThat(state.resolve("npy")).doesNotExist();
    }
}

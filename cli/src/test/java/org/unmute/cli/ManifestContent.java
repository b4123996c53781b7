package org.unmute.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.files.InputException;

/**
 * The content of a manifest, for comparison with another run: its files, and whether each is as stated. The digests of
 * records are excluded, since they depend on times.
 */
public final class ManifestContent {
    private ManifestContent() {}

    /** Whether this is the file name of a manifest. */
    public static boolean isOne(String name) {
        return name.equals(FolderManifest.FILE) || name.endsWith("." + FolderManifest.FILE);
    }

    /** The names of the files in a manifest, with any problems. */
    public static String of(Path manifest) throws IOException {
        FolderManifest read;
        try {
            read = FolderManifest.read(manifest);
        } catch (InputException e) {
            return e.getMessage();
        }
        if (!read.finished()) {
            return "unfinished";
        }
        StringBuilder all = new StringBuilder();
        for (FolderManifest.Entry entry : read.files()) {
            all.append(entry.path())
                    .append(entry.problem(manifest.resolveSibling(entry.path()))
                            .map(problem -> ": " + problem)
                            .orElse(""))
                    .append('\n');
        }
        return all.toString();
    }
}

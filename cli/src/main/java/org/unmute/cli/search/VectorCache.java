package org.unmute.cli.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.unmute.cli.console.CommandRun;
import org.unmute.data.provenance.FolderManifest;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.Units;
import org.unmute.files.InputException;
import org.unmute.files.MalformedFileException;
import org.unmute.files.RegularFile;
import org.unmute.models.encoder.RowTimes;
import org.unmute.probes.cache.TokenCache;
import org.unmute.probes.vector.VectorIndex;
import org.unmute.probes.vector.VectorIndexHead;
import org.unmute.probes.vector.VectorIndexWriter;

/**
 * The file that keeps the mean tokens of a cache for the next search.
 *
 * @param file the file
 * @param run  writes the file, and says so
 */
public record VectorCache(Path file, CommandRun run) {
    /**
     * Opens the file, which is made first if it is missing, damaged, of another state of the cache, without manifest,
     * or of a run that was interrupted before its manifest was written.
     *
     * @param times   of the rows of the cache
     * @param seconds length of a stretch
     */
    public VectorIndex open(TokenCache cache, RowTimes times, double seconds) throws IOException {
        VectorIndexHead wanted = VectorIndexHead.of(cache, times, seconds);
        Optional<VectorIndex> there = found(wanted);
        if (there.isPresent()) {
            return there.get();
        }
        run.tell(file + ": pooling the tokens of " + Units.count(wanted.clips().size(), "clip")
                + ", once for all searches");
        try (OutputFolder output = run.claimFile(file, VectorIndex.isOne(file))) {
            VectorIndexWriter.write(file, cache, times, seconds, _ -> {});
            output.finish();
        }
        return VectorIndex.open(file);
    }

    private boolean isFinished() throws IOException {
        Path manifest = FolderManifest.beside(file);
        if (!RegularFile.isFile(manifest)) {
            run.tell(manifest + " is missing: whether " + file.getFileName() + " is as it was written is not known");
            return false;
        }
        try {
            return FolderManifest.read(manifest).finished();
        } catch (InputException e) {
            run.tell(e.getMessage());
            return false;
        }
    }

    private Optional<VectorIndex> found(VectorIndexHead wanted) throws IOException {
        if (!VectorIndex.isOne(file) || !isFinished()) {
            return Optional.empty();
        }
        VectorIndex index;
        try {
            index = VectorIndex.open(file);
        } catch (MalformedFileException e) {
            run.tell(e.getMessage());
            return Optional.empty();
        }
        if (index.head().equals(wanted)) {
            return Optional.of(index);
        }
        index.close();
        return Optional.empty();
    }
}

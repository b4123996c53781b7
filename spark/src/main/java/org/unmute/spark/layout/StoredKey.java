package org.unmute.spark.layout;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.unmute.files.InputException;
import org.unmute.files.MalformedFileException;
import org.unmute.files.Sha256;
import org.unmute.probes.cache.files.FileManifest;

/**
 * The key stored in a job's folder. The manifest beside it has the key's digest, so that a lost or changed key is
 * noticed. It is written again if the settings of a run match that digest.
 */
final class StoredKey {
    private final JobStore store;
    private final JobKey key;
    private final List<String> remarks;

    private StoredKey(JobStore store, JobKey key, List<String> remarks) {
        this.store = store;
        this.key = key;
        this.remarks = remarks;
    }

    /**
     * Requires that a folder has the given key; a new folder gets it.
     *
     * @param files pattern of file names that show that a folder is not new
     * @param remarks receives a remark if the key is recreated
     * @return whether the folder had its own manifest, which earlier versions did not write
     * @throws InputException if the folder has another key, or files but no key
     */
    static boolean require(JobStore store, JobKey key, Pattern files, List<String> remarks) throws IOException {
        return new StoredKey(store, key, remarks).require(files);
    }

    private boolean require(Pattern files) throws IOException {
        Optional<byte[]> found = store.read(JobKey.FILE);
        boolean there = store.size(FileManifest.FILE) >= 0;
        FileManifest.Entry stated = there ? stated() : null;
        if (stated != null) {
            requireStated(stated, found);
        } else if (found.isPresent()) {
            JobKey.parse(found.get(), name()).requireSame(key, store.place());
            state(found.get());
        } else {
            requireNew(files);
            byte[] own = key.encode();
            store.write(JobKey.FILE, own);
            state(own);
        }
        return there;
    }

    private String name() {
        return store.path(JobKey.FILE).toString();
    }

    /** The manifest's entry for the key; null if the manifest is damaged or has no such entry. */
    private FileManifest.Entry stated() throws IOException {
        try {
            return CommitLog.manifest(store, "").orElseThrow().files().stream()
                    .filter(entry -> entry.name().equals(JobKey.FILE))
                    .findFirst()
                    .orElse(null);
        } catch (MalformedFileException e) {
            remarks.add(e.getMessage() + ": it is made again from " + JobKey.FILE);
            return null;
        }
    }

    private void requireStated(FileManifest.Entry stated, Optional<byte[]> found) throws IOException {
        if (found.isPresent() && Sha256.of(found.get()).equals(stated.sha256())) {
            JobKey.parse(found.get(), name()).requireSame(key, store.place());
            return;
        }
        byte[] own = key.encode();
        String what = name() + (found.isPresent() ? " was changed after it was written" : " is missing");
        if (!Sha256.of(own).equals(stated.sha256())) {
            throw new InputException(what + ", and the settings of this run are not those that the folder was filled"
                    + " with: submit the job with the settings that it had, which writes " + JobKey.FILE
                    + " again, or choose another folder");
        }
        remarks.add(what + ": it is made again");
        store.replace(JobKey.FILE, own);
    }

    private void requireNew(Pattern files) throws IOException {
        for (String folder : JobFolder.COUNTING) {
            if (store.names(folder).stream().anyMatch(files.asMatchPredicate())) {
                throw new InputException(store.place() + " has files in " + folder + "/ and no " + JobKey.FILE
                        + ": another program filled it: choose another folder");
            }
        }
    }

    private void state(byte[] json) throws IOException {
        FileManifest manifest =
                new FileManifest(List.of(new FileManifest.Entry(JobKey.FILE, json.length, Sha256.of(json))));
        store.replace(FileManifest.FILE, manifest.encode());
    }
}

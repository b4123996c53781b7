package org.unmute.data.set;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.data.LabelSet;
import org.unmute.data.MalformedTableException;
import org.unmute.data.Part;
import org.unmute.files.RegularFile;
import org.unmute.metrics.event.Collar;

/** A data set, read from its own files. */
public abstract class Dataset {
    private final DatasetInfo info;
    private final LabelSet labels;

    /** @param labels the classes; null if the set's files contain the list */
    Dataset(DatasetInfo info, LabelSet labels) {
        this.info = info;
        this.labels = labels;
    }

    /** Name, parts, metric and expected files. */
    public final DatasetInfo info() {
        return info;
    }

    /**
     * The classes in the order of a probe's outputs.
     *
     * @param root folder of the data set; only opened if the set's files contain the list
     * @throws MalformedTableException if a file of the set is malformed
     * @throws DatasetException if the files do not contain the expected classes
     * @throws IOException if a file cannot be read
     */
    public LabelSet labels(Path root) throws IOException {
        return labels;
    }

    /**
     * The parts in a folder, in order: those of the set, or those found if they depend on the folder.
     *
     * @param root folder of the data set
     * @throws IOException if the list of the folder cannot be read
     */
    public List<Part> parts(Path root) throws IOException {
        return List.copyOf(info.parts().keySet());
    }

    /**
     * The clips of a part. Every row of the set's lists becomes a clip or is named in the report.
     *
     * @param root folder of the data set
     * @throws MalformedTableException if a list is malformed: ragged row, unknown label, repeated clip, path that
     *     leaves the root
     * @throws DatasetException if expected files are missing, the set has no such part, or more clips are missing or
     *     unusable than the options allow
     * @throws IOException if a file cannot be read
     */
    public final Reading read(Path root, Part part, ReadOptions options) throws IOException {
        if (!info.parts().containsKey(part)) {
            throw failure("there is no part " + part.label() + ", only "
                    + String.join(
                            ", ",
                            info.parts().keySet().stream().map(Part::label).toList())
                    + (part == Part.VALIDATION ? ": set a tenth of train aside" : ""));
        }
        if (info.folds() > 0 && (options.fold() < 1 || options.fold() > info.folds())) {
            throw failure("choose the fold to test on, 1 to " + info.folds() + ": " + options.fold() + " (--fold)");
        }
        LabelSet found = labels(root);
        ClipCollector clips = new ClipCollector(info, part, root, options, found);
        if (info.classes() > 0 && found.size() != info.classes()) {
            clips.remark("the lists hold " + found.size() + " classes; the paper has " + info.classes()
                    + " and does not say how it got them, so that results cannot be compared class by class");
        }
        if (isHuggingFaceFolder(root)) {
            HuggingFaceFolder.read(info, clips);
        } else {
            read(clips);
        }
        return clips.finish();
    }

    /** When an event counts as found by those who evaluate the set; 0.2 s and 20 % of the length unless it says. */
    public Collar collar() {
        return Collar.DCASE;
    }

    /** Whether the files are a copy from the Hugging Face hub rather than the set's own. */
    boolean isHuggingFaceFolder(Path root) throws IOException {
        return false;
    }

    /** Reads the part that is being collected from the set's own files. */
    abstract void read(ClipCollector clips) throws IOException;

    final DatasetException failure(String detail) {
        return new DatasetException(info.name(), detail);
    }

    /** The exception for missing files, with advice on the expected files. */
    final DatasetException missing(String what) {
        return failure("no " + what + info.advice());
    }

    /** Returns a list of the set, which must exist. */
    final Path requireFile(Path list) throws IOException {
        if (!RegularFile.isFile(list)) {
            throw missing("file " + list);
        }
        return list;
    }

    /** Returns a folder of the set, which must exist. */
    final Path requireFolder(Path folder) throws IOException {
        if (!RegularFile.isFolder(folder)) {
            throw missing("folder " + folder);
        }
        return folder;
    }

    /** Returns the classes found in the set's files, whose number must match that of the set. */
    final LabelSet requireClasses(LabelSet found, Path list) throws DatasetException {
        if (found.size() != info.classes()) {
            throw failure(list + " holds " + found.size() + " classes, " + info.classes()
                    + " are expected: is the file whole, and of this set?");
        }
        return found;
    }
}

package org.unmute.experiments.data.set;

import java.nio.file.Files;
import java.nio.file.Path;
import org.unmute.experiments.data.LabelSet;
import org.unmute.experiments.data.Part;

/** Checks of a folder before a set is read. */
final class Layout {
    private Layout() {}

    static void requirePart(DatasetInfo info, Part part) throws DatasetException {
        if (!info.parts().containsKey(part)) {
            throw new DatasetException(
                    info.name(),
                    "there is no part " + part.label() + ", only "
                            + String.join(
                                    ", ",
                                    info.parts().keySet().stream()
                                            .map(Part::label)
                                            .toList())
                            + (part == Part.VALIDATION ? ": set a tenth of train aside" : ""));
        }
    }

    /** Advice on a missing file, which ends a message. */
    static String advice(DatasetInfo info) {
        return ": 'unmute datasets " + info.name() + "' prints the files expected (DatasetInfo.tree); the set is from "
                + info.source();
    }

    /** @throws DatasetException if a list is missing */
    static void require(DatasetInfo info, Path list) throws DatasetException {
        if (!Files.isRegularFile(list)) {
            throw new DatasetException(info.name(), "no file " + list + Layout.advice(info));
        }
    }

    /** @throws DatasetException if the number of classes in the files is not the set's */
    static LabelSet requireClasses(DatasetInfo info, LabelSet labels, Path list) throws DatasetException {
        if (labels.size() != info.classes()) {
            throw new DatasetException(
                    info.name(),
                    list + " holds " + labels.size() + " classes, " + info.classes()
                            + " are expected: is the file whole, and of this set?");
        }
        return labels;
    }
}

package org.unmute.benchmark.check;

import java.nio.file.Path;

/**
 * Something that was checked as a whole: a cache, a benchmark, the files of a run.
 *
 * @param path its folder, or the only file
 * @param what it is
 * @param content what it holds, in words
 * @param state the worst finding in it; null if there is none
 */
public record CheckedItem(Path path, String what, String content, Finding.Kind state) {}

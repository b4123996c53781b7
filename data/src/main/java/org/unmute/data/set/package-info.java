/** Reads the paper's data sets from disk: the expected files, the clips in them, and the metric of each set. */
package org.unmute.data.set;

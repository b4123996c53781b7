/** What the rows of a job's tables say, and the columns that hold it. */
package org.unmute.spark.table;

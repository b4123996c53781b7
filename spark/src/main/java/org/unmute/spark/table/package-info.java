/** The rows of a job's tables and their columns. */
package org.unmute.spark.table;
